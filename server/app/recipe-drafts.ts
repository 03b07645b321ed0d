// What the owner is writing: kept from the first change on, so that a reload, a restart and a second window lose nothing of it.
import { SparkError } from '../contract/errors.ts'
import type { RecipeCheckView, RecipeDraftView } from '../contract/operations/draft-shapes.ts'
import { dayMs } from '../domain/durations.ts'
import { modelName } from '../domain/model-name.ts'
import type { Recipe } from '../domain/recipe.ts'
import { recipeDifferences } from '../domain/recipe-difference.ts'
import { canRedo, canUndo, type KeptDraft, redone, textOfDraft, undone, withText } from '../domain/recipe-history.ts'
import { isoTime } from './iso-time.ts'
import type { Clock, Ids } from './ports.ts'
import type { RecipeStore, RecipeTexts } from './recipe-ports.ts'
import type { DraftAsk, DraftChange } from './use-cases.ts'

export interface DraftsNeeds {
  readonly clock: Clock
  readonly ids: Pick<Ids, 'next'>
  readonly store: RecipeStore
  readonly texts: RecipeTexts
  /** Every recipe of a model, best first. */
  readonly of: (model: string) => readonly Recipe[]
  readonly nameOf: (model: string) => string
  readonly textOf: (recipe: string) => string | null
  readonly check: (model: string, text: string) => RecipeCheckView
}

/** What nobody has touched for this long is not being written any more. */
const keptMs = 30 * dayMs

export function createDrafts(needs: DraftsNeeds) {
  const { store, texts, clock } = needs
  const newest = (recipe: string | null): number => (recipe === null ? 0 : (store.versions(recipe)[0]?.version ?? 0))

  /** Where the writing begins: the owner's own recipe, else the best one that is here, as a recipe of the owner's. */
  function begun(ask: DraftAsk): KeptDraft {
    // Changes to the image are the launcher's: a copy without them would not start the same thing.
    const all = needs.of(ask.model).filter((one) => (one.mods ?? []).length === 0)
    const ground = all.find((one) => one.id === ask.recipe) ?? (ask.recipe === undefined ? all[0] : undefined)
    const own = ground?.source === 'owner' ? ground : null
    const empty = { model: ask.model, title: '', description: null, image: null, port: null, nodes: 1, flags: [], env: {} }
    const name = needs.nameOf(ask.model) || modelName(ask.model)
    const text =
      own === null
        ? texts.write({ ...(ground ?? empty), title: `My ${name}`, description: null, id: null })
        : (needs.textOf(own.id) ?? texts.write(own))
    return {
      id: '',
      model: ask.model,
      recipe: own?.id ?? null,
      base: ask.base ?? newest(own?.id ?? null),
      steps: [text],
      place: 0,
      revision: 0,
      editor: ask.editor ?? '',
      changedAt: clock.now(),
    }
  }

  function find(ask: DraftAsk): KeptDraft {
    if (ask.draft === undefined) return begun(ask)
    const kept = store.draft(ask.draft)
    if (kept === null || kept.model !== ask.model) throw new SparkError('draft_unknown', {})
    return kept
  }

  function view(draft: KeptDraft, parted = false): RecipeDraftView {
    const text = textOfDraft(draft)
    const read = texts.read(text)
    const now = draft.recipe === null ? null : needs.textOf(draft.recipe)
    const ground = texts.read(now ?? draft.steps[0] ?? '').draft
    const lines = read.draft === null || ground === null ? [] : recipeDifferences(read.draft, ground)
    const { troubles, memory } = needs.check(draft.model, text)
    return {
      id: draft.id === '' ? null : draft.id,
      model: draft.model,
      recipe: draft.recipe,
      base: draft.base,
      newest: newest(draft.recipe),
      revision: draft.revision,
      text,
      form: read.form,
      troubles,
      memory,
      canUndo: canUndo(draft),
      canRedo: canRedo(draft),
      changedAt: draft.id === '' ? null : isoTime(draft.changedAt),
      parted,
      differences: lines.map(({ what, used, other }) => ({ what, before: other, after: used })),
    }
  }

  function changed(draft: KeptDraft, change: DraftChange): KeptDraft {
    const { form, text, step } = change
    const typed = form === undefined ? (text ?? textOfDraft(draft)) : (texts.apply(textOfDraft(draft), form) ?? textOfDraft(draft))
    // A form that says what the text says already changes nothing, however the text is laid out.
    const same = form !== undefined && JSON.stringify(texts.read(typed).form) === JSON.stringify(texts.read(textOfDraft(draft)).form)
    const after = same ? draft : withText(draft, typed.replaceAll('\r\n', '\n'))
    return step === 'undo' ? undone(after) : step === 'redo' ? redone(after) : after
  }

  /** Takes over what was typed. A window that was left behind by another goes on with a draft of its own. */
  function edit(ask: DraftAsk, change: DraftChange): RecipeDraftView {
    const before = find(ask)
    const behind = before.id !== '' && ask.revision !== before.revision && ask.editor !== before.editor
    const after = changed(before, change)
    if (after === before && !behind && (before.id !== '' || change.keep !== true)) return view(before)
    const fresh = before.id === '' || behind
    const kept = {
      ...after,
      id: fresh ? needs.ids.next() : before.id,
      revision: before.revision + 1,
      editor: ask.editor ?? '',
      changedAt: clock.now(),
    }
    store.keepDraft(kept)
    store.forgetDraftsBefore(kept.changedAt - keptMs)
    return view(kept, behind)
  }

  return {
    show: (ask: DraftAsk): RecipeDraftView => view(find(ask)),
    edit,
    open: (model: string): RecipeDraftView[] => store.drafts(model).map((draft) => view(draft)),
    find,
    forget: (id: string): void => store.forgetDraft(id),
  }
}
