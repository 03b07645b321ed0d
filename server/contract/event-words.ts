// Words that the sentences of events share.
import { modelName } from '../domain/model-name.ts'

/** Names over ids: "Qwen3.6 35B", and "You" for whoever sits at the page. */
export const named = (model: string | null): string => (model === null ? 'nothing' : modelName(model))
export const who = (by: string): string => (by === 'owner' ? 'You' : by)
