// Asking the appliance that runs on this computer, for the command line.
import { request } from 'undici'

export interface OwnAddress {
  readonly host: string
  readonly port: number
  /** The local key of its data folder; null: there is none yet. */
  readonly key: string | null
}

/** Nothing answers there. */
export class NobodyThere extends Error {
  override readonly name = 'NobodyThere'
}

interface Answer {
  readonly [name: string]: unknown
  readonly happened?: string
  readonly next?: string
}

async function ask({ host, port, key }: OwnAddress, method: 'POST' | 'PUT', path: string, body?: object): Promise<Answer> {
  const everywhere = host === '0.0.0.0' || host === '::'
  const at = everywhere ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host
  const answer = await request(`http://${at}:${port}${path}`, {
    method,
    headers: {
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch((cause: unknown) => {
    const why = `A process has the database open, but nothing answers at ${at}:${port}. Give PORT (and HOST) as the appliance has them.`
    throw new NobodyThere(why, { cause })
  })
  const read = (await answer.body.json()) as Answer
  if (answer.statusCode >= 300) throw new Error(`${read.happened ?? `It answered ${answer.statusCode}.`} ${read.next ?? ''}`.trim())
  return read
}

/** Has a running appliance copy its database; says where the copy is. Fails with a sentence. */
export async function askForBackup(own: OwnAddress): Promise<string> {
  const { path } = await ask(own, 'POST', '/api/backups')
  if (typeof path !== 'string') throw new Error('It did not say where the copy is.')
  return path
}

/** Has a running appliance take a new password. Fails with a sentence. */
export async function askForPassword(own: OwnAddress, password: string): Promise<void> {
  await ask(own, 'PUT', '/api/password', { password })
}
