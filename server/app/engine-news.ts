// Tells of changes of an engine's state, once each.
import type { EngineView } from '../contract/operations/shapes.ts'
import type { EventsUse } from './use-cases.ts'

/** States that last; the others are on the way to one of these. */
const lasting: ReadonlySet<string> = new Set(['answering', 'degraded', 'stopped', 'unreachable'])

/**
 * Made for one engine; the function returned is called after every look. A switch and an adoption tell their own outcome, so after
 * them what they promised (the model answers, or nothing runs) counts as told and only something else is news.
 */
export function tellStateChanges(events: Pick<EventsUse, 'append'>, engine: () => EngineView): () => void {
  let told: { readonly state: string; readonly model: string | null } | null = null
  return () => {
    const { id, state: shown, model, verdict, sentence, evidence } = engine()
    if (shown === 'switching') told = null
    const state = shown === 'busy' ? 'answering' : shown
    if (!lasting.has(state)) return
    const before = told
    told = { state, model }
    const anotherModel = before === null || (model !== null && before.model !== model)
    const promised = model === null ? 'stopped' : 'answering'
    const expected = anotherModel ? promised : before.state
    if (state === expected) return
    events.append('engine_state_changed', {
      engine: id,
      state,
      model: model ?? before?.model ?? null,
      verdict,
      sentence,
      evidence: evidence.map(({ what, value }) => `${what}: ${value}`),
    })
  }
}
