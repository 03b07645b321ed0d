// Words and facts that events share.
import { z } from 'zod'
import { modelName } from '../domain/model-name.ts'

/** Names over ids: "Qwen3.6 35B", and "You" for whoever sits at the page. */
export const named = (model: string | null): string => (model === null ? 'nothing' : modelName(model))
export const who = (by: string): string => (by === 'owner' ? 'You' : by)

/** Which machine it is about: its id, and the name that the owner gave it at the time. */
export const machineFacts = z.object({ machine: z.string(), name: z.string() })
export const machineSample = { machine: 'm1a2b3c4d5e6', name: 'spark-1' }
