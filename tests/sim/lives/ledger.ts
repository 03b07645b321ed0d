// What the appliance has accepted: whatever it said yes to must be there afterwards, whatever dies. Where it died before it could
// say yes or no, either is right, and nothing is expected.

export interface Held {
  readonly holder: string
  readonly until: number
}

export interface Ledger {
  readonly swaps: Set<string>
  /** Null: none that anybody counts on. */
  reservation: Held | null
  token: string | null
  readonly settings: Map<string, unknown>
  /** Owner's recipes by id: their context length. */
  readonly recipes: Map<string, number>
  /** Recipes somebody said yes to, by id: their words then. Other words, as after a part of a model is gone, need a new yes. */
  readonly confirmed: Map<string, string>
  /** Nodes that are on the list. */
  readonly machines: Map<string, boolean>
}

export function createLedger(nodes: readonly string[]): Ledger {
  return {
    swaps: new Set(),
    reservation: null,
    token: null,
    settings: new Map(),
    recipes: new Map(),
    confirmed: new Map(),
    machines: new Map(nodes.map((node) => [node, true])),
  }
}

export function copyLedger(ledger: Ledger): Ledger {
  return {
    ...ledger,
    swaps: new Set(ledger.swaps),
    settings: new Map(ledger.settings),
    recipes: new Map(ledger.recipes),
    confirmed: new Map(ledger.confirmed),
    machines: new Map(ledger.machines),
  }
}
