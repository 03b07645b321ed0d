// What is asked of the machines' memory, their line and their history.
import type { PressureShapeView } from '../contract/operations/pressure-shapes.ts'

export type PressureView = PressureShapeView
