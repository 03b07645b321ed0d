// Whether the Spark that starts a recipe holds the mods it shows.
import { fileWords, type LauncherMod, modTrouble, type RecipeMod } from './launcher-mod.ts'
import type { PlanReason } from './plan.ts'

/** The head's launcher applies the mods on every machine of the start, so its checkout is the one that counts. */
export function modReasons(mods: readonly RecipeMod[], head: string, held: readonly LauncherMod[]): PlanReason[] {
  return mods.flatMap((mod) => {
    const trouble = modTrouble(mod, held)
    if (trouble === null) return []
    const unblock = `Update the launcher on ${head}, then press "Look again" under Models.`
    if (trouble.files.length === 0)
      return [{ code: 'mod_missing', sentence: `The launcher on ${head} does not have ${mod.path}, which this recipe applies.`, unblock }]
    const differs = `${fileWords(trouble.files)} ${trouble.files.length === 1 ? 'differs' : 'differ'}`
    return [{ code: 'mod_differs', sentence: `${mod.path} on ${head} is not the mod that this recipe shows: ${differs}.`, unblock }]
  })
}
