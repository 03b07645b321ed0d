// What the app offers about machines beside the list of them: the slower look, dropping caches, updating the launcher, and the flat status.
import type { FlatStatusView } from '../contract/operations/flat-status.ts'
import type { LauncherChangesView, LauncherUpdatedView } from '../contract/operations/machine-acts.ts'
import type { DroppedView } from '../contract/operations/machine-fact-shapes.ts'
import type { Agreement } from '../domain/agreement.ts'

export interface ActAsk {
  readonly lockToken?: string | undefined
  readonly breakLock?: boolean | undefined
  readonly by: string
}

export interface MachineFactsUse {
  /** Looks at what changes seldom, now; raises what keeps the machine from answering. */
  inspect(id: string): Promise<void>
  /** Raises caches_not_allowed, machine_act_failed, engine_loading, fence_refused and what the lock raises. */
  dropCaches(id: string, ask: ActAsk): Promise<DroppedView>
  /** Raises launcher_missing. */
  launcherChanges(id: string): Promise<LauncherChangesView>
  /** `commit`: the one that was shown. Raises launcher_update_refused, plan_stale as well. */
  updateLauncher(id: string, ask: ActAsk & { readonly commit: string }): Promise<LauncherUpdatedView>
  agreements(): readonly Agreement[]
  flatStatus(): FlatStatusView
}
