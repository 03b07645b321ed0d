// Which ports of this machine are free.
import { createServer } from 'node:net'

/** The demo cannot go on; told in one sentence. */
export class DemoError extends Error {
  readonly exitCode: number
  constructor(sentence: string, exitCode: number) {
    super(sentence)
    this.exitCode = exitCode
  }
}

/** 0 when it is not free; else the port that was bound, which for port 0 is any. */
async function bind(address: string, port: number): Promise<number> {
  const server = createServer()
  const bound = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false))
    server.listen(port, address, () => resolve(true))
  })
  if (!bound) return 0
  const at = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof at === 'object' && at !== null ? at.port : 0
}

export const isFree = async (address: string, port: number): Promise<boolean> => (await bind(address, port)) !== 0

export const freePort = (address: string): Promise<number> => bind(address, 0)

/** The first port from `from` on that is free on every one of these addresses. */
export async function firstFree(addresses: readonly string[], from: number): Promise<number> {
  for (let port = from; port < from + 100; port++) {
    const free = await Promise.all(addresses.map((address) => isFree(address, port)))
    if (free.every((one) => one)) return port
  }
  throw new DemoError(`No port from ${from} to ${from + 99} is free on ${addresses.join(' and ')}.`, 69)
}
