// Asking the appliance that runs on this computer, for the command line.
import { request } from 'undici'

export interface OwnAddress {
  readonly host: string
  readonly port: number
  /** Empty on loopback. */
  readonly code: string
}

/** Has a running appliance copy its database; says where the copy is. Fails with a sentence. */
export async function askForBackup({ host, port, code }: OwnAddress): Promise<string> {
  const everywhere = host === '0.0.0.0' || host === '::'
  const at = everywhere ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host
  const answer = await request(`http://${at}:${port}/api/backups`, {
    method: 'POST',
    headers: code === '' ? {} : { authorization: `Bearer ${code}` },
  }).catch((cause: unknown) => {
    const why = `A process has the database open, but nothing answers at ${at}:${port}. Give PORT (and HOST) as the appliance has them.`
    throw new Error(why, { cause })
  })
  const read = (await answer.body.json()) as { path?: string; happened?: string; next?: string }
  if (answer.statusCode !== 201 || read.path === undefined) {
    throw new Error(`${read.happened ?? `It answered ${answer.statusCode}.`} ${read.next ?? ''}`.trim())
  }
  return read.path
}
