// Makes the appliance, the simulated machines and the services on them known to each other, through the API that everybody has.
import type { Door, DoorMachine } from '../../tests/sim/doors/node-site.ts'
import { DemoError } from './ports.ts'

interface Candidate {
  readonly kind: string
  readonly machine: { readonly id: string }
  readonly port: number
  readonly container: string | null
}

interface Known {
  readonly id: string
  readonly address: string
}

export async function introduce(url: string, door: Door): Promise<void> {
  const { publicKey } = await call<{ publicKey: string }>(url, 'GET', 'api/machines/public-key')
  door.authorize(publicKey)
  const { machines } = await call<{ machines: readonly Known[] }>(url, 'GET', 'api/machines')
  for (const machine of door.machines) {
    const known = machines.find((one) => one.address === machine.address)
    if (known === undefined) await call(url, 'POST', 'api/machines', wordsOf(machine))
    else await call(url, 'PUT', `api/machines/${known.id}`, { port: machine.port })
  }
  // A candidate is what a look has shown.
  const now = await call<{ machines: readonly Known[] }>(url, 'GET', 'api/machines')
  for (const { id } of now.machines) await call(url, 'POST', `api/machines/${id}/check`)
  const { candidates } = await call<{ candidates: readonly Candidate[] }>(url, 'GET', 'api/services/candidates')
  for (const { kind, machine, port, container } of candidates) {
    if (container !== null) await call(url, 'POST', 'api/services', { kind, machine: machine.id, port, container })
  }
}

const wordsOf = ({ name, address, port, user }: DoorMachine): Record<string, unknown> => ({ name, address, port, user })

async function call<T>(url: string, method: string, path: string, body?: Record<string, unknown>): Promise<T> {
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: { 'content-type': 'application/json', 'user-agent': 'Demo' },
    body: body === undefined ? null : JSON.stringify(body),
    signal: AbortSignal.timeout(20_000),
  })
  if (!answer.ok) throw new DemoError(`The appliance refused ${method} /${path} (${answer.status}): ${await answer.text()}`, 1)
  return (await answer.json()) as T
}
