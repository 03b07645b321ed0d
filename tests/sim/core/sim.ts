// What every part of the core shares: the nodes, the clock, the switches. Tools are functions over it.
import type { Clock } from '../../../server/app/ports.ts'
import type { FaultBook } from './faults.ts'
import type { SimNode } from './node.ts'
import type { SimOptions, ToolCall, ToolIo } from './types.ts'

export interface Sim {
  readonly options: SimOptions
  readonly clock: Clock
  readonly faults: FaultBook
  readonly nodes: readonly SimNode[]
  /** Throws for a name nobody has. */
  node(name: string): SimNode
  /** The node that has this address on any link. */
  nodeAt(address: string): SimNode | undefined
  /** Lets scaled time pass on a node; stands still while the node is frozen. */
  wait(node: SimNode, ms: number, signal: AbortSignal): Promise<void>
  /** Rejects when the signal is aborted; never resolves. */
  aborted(signal: AbortSignal): Promise<never>
  /** How long memory takes to come back, scaled. */
  releaseMs(): number
  reboot(node: SimNode, downMs: number, asked?: boolean): void
  freeze(node: SimNode, ms: number): void
  /** Its sshd is gone for a while; everything else on it goes on. */
  cutLine(node: SimNode, ms: number): void
  /** One executable on a node, as others would run it. */
  runTool(call: ToolCall, io: ToolIo): Promise<number>
  changed(): void
}

/** One executable: writes through `io` as it goes and resolves with the exit code. */
export type Tool = (sim: Sim, call: ToolCall, io: ToolIo) => Promise<number>
