// Who holds a machine's memory, as far as it can be known, and what would make room: the words of a plan that does not fit. On GB10
// nobody can tell a container's share of the memory (admission-and-services 1): vLLM's is known from its own words, others are named.
import { utilization } from './ledger.ts'
import type { MachineView } from './machine.ts'
import type { PlanStop } from './plan.ts'
import { readVllmCommand } from './vllm-command.ts'
import { bytesInWords } from './words.ts'

/** What a system alone uses, of a machine's memory. */
const systemShare = 0.1

/** "Also on spark-1: comfy (vLLM, up to 52 GB), comfyui. Stop what you can do without." or why only a restart helps. */
export function roomAdvice(view: MachineView, stops: readonly PlanStop[]): string {
  const { name } = view.machine
  const others = otherHolders(view, stops)
  if (others.length > 0) return `Also on ${name}: ${others.join(', ')}. Stop what you can do without.`
  const memory = view.observation?.memory
  const used = memory === undefined ? 0 : memory.totalBytes - memory.availableBytes
  const stopsHere = stops.some((stop) => stop.machines.includes(view.machine.id))
  if (memory === undefined || stopsHere || used < memory.totalBytes * systemShare) return `Stop what else uses memory on ${name}.`
  return `No container runs on ${name}, and ${bytesInWords(used)} are in use there. If no program of yours uses them, only a restart gives them back: sudo reboot.`
}

/** Containers that run on and are not stopped by the plan, with what vLLM in them may take. */
function otherHolders(view: MachineView, stops: readonly PlanStop[]): string[] {
  const { id } = view.machine
  const isStopped = (container: string): boolean => stops.some((stop) => stop.containerName === container && stop.machines.includes(id))
  const running = view.observation?.containers?.filter((one) => one.state === 'running' && !isStopped(one.name)) ?? []
  return running.map((one) => {
    const command = one.serving === null ? null : readVllmCommand(one.serving)
    if (command === null) return one.name
    const flags = command.flags.map((flag) => ({ ...flag, reason: '', source: '' }))
    return `${one.name} (vLLM, up to ${bytesInWords(utilization(flags) * (view.observation?.memory.totalBytes ?? 0))})`
  })
}

/**
 * What of the memory that counts as available holds files read earlier, bytes. The kernel gives it up at need, and most vLLM count it
 * as free; those that ask the driver count MemFree alone and refuse to start (vllm#35313).
 */
export function heldInFiles(view: MachineView): number {
  const memory = view.observation?.memory
  return memory === undefined ? 0 : Math.max(0, Math.min(memory.cachedBytes, memory.availableBytes - memory.freeBytes))
}

/** Said where it decides whether a strict vLLM starts; null where it does not. */
export function cacheWarning(view: MachineView, haveBytes: number, takesBytes: number): string | null {
  const held = heldInFiles(view)
  if (haveBytes < takesBytes || haveBytes - held >= takesBytes) return null
  return `${bytesInWords(held)} of what will be free on ${view.machine.name} hold files read earlier. Some images count them as used and do not start; Spark Control lets go of them first where the machine allows it.`
}
