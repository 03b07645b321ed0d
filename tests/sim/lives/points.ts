// Counts the places where an appliance can die: before and after every call of a port that waits, and after every write to the
// database. Code that runs on after its death reaches nobody: its calls never settle, and the disk was copied before.
import type { Parts } from '../../fakes/house.ts'

export type AtPoint = (point: string) => void

export function withPoints(parts: Parts, at: AtPoint): Parts {
  return {
    clock: { ...parts.clock, sleep: waiting('sleep', (ms, signal) => parts.clock.sleep(ms, signal), at) },
    sparks: methodsOf(parts.sparks, (name, call) => (name === 'forget' ? call : waiting(name, call, at))),
    engines: methodsOf(parts.engines, (name, call) => waiting(`engine ${name}`, call, at)),
    recipeFiles: parts.recipeFiles,
    stores: storesWithPoints(parts.stores, at),
  }
}

type Call = (...args: never[]) => unknown

/** The calls are looked up anew each time, so that a test may still put a lie in their place. */
function methodsOf<T extends object>(port: T, around: (name: string, call: Call) => Call): T {
  const methods = Object.keys(port).flatMap((name) => {
    const isMethod = typeof port[name as keyof T] === 'function'
    return isMethod ? [[name, around(name, (...args) => (port[name as keyof T] as Call)(...args))]] : []
  })
  return { ...port, ...Object.fromEntries(methods) }
}

function waiting<C extends Call>(name: string, call: C, at: AtPoint): C {
  const counted = async (...args: never[]): Promise<unknown> => {
    at(`before ${name}`)
    try {
      return await (call(...args) as Promise<unknown>)
    } finally {
      at(`after ${name}`)
    }
  }
  return counted as unknown as C
}

const writes: ReadonlySet<string> = new Set(
  'insert update remove begin end appendLog raiseFence renewFence set clear append setListings markUsed confirm'.split(' '),
)

/** A write inside of another one's transaction is no point: the disk holds both or neither. */
function storesWithPoints(stores: Parts['stores'], at: AtPoint): Parts['stores'] {
  let depth = 0
  const counted = (name: string, call: Call): Call => {
    if (!writes.has(name)) return call
    return (...args) => {
      depth += 1
      try {
        return call(...args)
      } finally {
        depth -= 1
        if (depth === 0) at(`after the write ${name}`)
      }
    }
  }
  const wrapped = Object.entries(stores).map(([name, store]) => [name, typeof store === 'object' ? methodsOf(store, counted) : store])
  return Object.fromEntries(wrapped) as unknown as Parts['stores']
}
