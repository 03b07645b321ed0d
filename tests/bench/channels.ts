// How many exec channels a poll of a machine takes, counted by the sshd of each machine while the real poller runs.
import { join } from 'node:path'
import { type Closing, countAtSshd, joinAll, openFolder, openSparks, pause, startBuilt } from './ground.ts'

export interface Polling {
  readonly machine: string
  /** Each poll asks nvidia-smi once; the simulated Spark counts. */
  readonly polls: number
  readonly channels: number
  readonly logins: number
}

export async function countChannels(closing: Closing, seconds: number): Promise<Polling[]> {
  const { world, door } = await openSparks(closing)
  const { client } = await startBuilt(closing, {
    dataDir: join(openFolder(closing), 'data'),
    env: { POLL_SECONDS: '1', SCAN_SECONDS: '3600' },
  })
  await joinAll(client, door)
  // What joining set off ends before the count begins.
  await pause(1500)
  const pollsOf = (node: string): number => world.argvLog.filter((call) => call.node === node && call.tool === 'nvidia-smi').length
  const look = (): Polling[] => door.machines.map(({ name }, at) => ({ machine: name, polls: pollsOf(name), ...countAtSshd(door, at) }))
  const before = await quiet(look)
  await pause(seconds * 1000)
  const after = await quiet(look)
  return after.map((one, at) => {
    const then = before[at]
    return { ...one, polls: one.polls - (then?.polls ?? 0), channels: one.channels - (then?.channels ?? 0) }
  })
}

/** Between polls: sshd's line comes a moment before the script asks anything. */
async function quiet(look: () => Polling[]): Promise<Polling[]> {
  for (;;) {
    const one = look()
    await pause(200)
    const other = look()
    if (JSON.stringify(one) === JSON.stringify(other)) return other
  }
}
