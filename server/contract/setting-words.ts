// Schemas that several settings share.
import { z } from 'zod'

export const seconds = (min: number, max: number) => z.int().min(min).max(max)
