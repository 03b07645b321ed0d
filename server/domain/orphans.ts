// Containers of ours that serve nobody: a rank whose head is gone, or a shell in which nothing was ever started. They hold memory
// and the name. Found by looks alone; what is done about them is the owner's word, or the next switch.
import type { Serving } from './engine.ts'
import type { MachineView } from './machine.ts'
import { readVllmCommand } from './vllm-command.ts'

export interface Orphan {
  readonly machine: { readonly id: string; readonly name: string }
  readonly containerName: string
}

/** docker's words for less than two minutes: whoever starts by hand is given the time to start the rest. */
const young = /^Up (?:Less than a second|\d+ seconds?|About a minute)/

export function findOrphans(views: readonly MachineView[], serving: Serving | null, containerName: string): Orphan[] {
  const name = serving?.plan?.starts?.containerName ?? containerName
  const ours = views.flatMap((view) =>
    (view.observation?.containers ?? []).filter((one) => one.name === name).map((container) => ({ view, container })),
  )
  const commandOf = (text: string | null): ReturnType<typeof readVllmCommand> => (text === null ? null : readVllmCommand(text))
  // A head that spans machines which nobody wrote down (started by hand) may own any rank.
  const heads = ours.map(({ container }) => commandOf(container.serving)).filter((command) => command !== null && !command.headless)
  const spans = heads.some((head) => (head?.nodes ?? 1) > (serving?.machines.length ?? 1))
  if (spans) return []
  return ours
    .filter(({ view, container }) => {
      if (container.state !== 'running' || young.test(container.status) || serving?.machines.includes(view.machine.id) === true)
        return false
      const command = commandOf(container.serving)
      return command === null || command.headless
    })
    .map(({ view }) => ({ machine: { id: view.machine.id, name: view.machine.name }, containerName: name }))
}
