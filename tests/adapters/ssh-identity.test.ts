// Who answers at an address, through real sshd: a key that changed, one machine at two addresses, an address that is another's now.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openSshHouse, type SshHouse } from '../fakes/ssh-house.ts'
import { type FakeSshd, startSshd } from '../fakes/sshd.ts'
import { loopbackAddresses } from '../sim/doors/addresses.ts'

let house: SshHouse
let one: FakeSshd
let two: FakeSshd
let [first = '', second = '', third = ''] = ['', '', '']
const user = (): string => one.machine.user

beforeEach(async () => {
  ;[first = '', second = '', third = ''] = loopbackAddresses(3)
  house = openSshHouse()
  one = await startSshd({ address: '0.0.0.0', reachedAt: first })
  two = await startSshd({ address: second })
  two.bootAs('99999999-2222-3333-4444-555555555555')
  for (const door of [one, two]) door.authorize(house.publicKey)
})
afterEach(async () => {
  await house.close()
  await one.stop()
  await two.stop()
})

const add = async (address: string, door: FakeSshd, name: string): Promise<string> =>
  (await house.graph.machines.add({ address, port: door.port, user: user(), name })).id
const seen = async (address: string, door: FakeSshd, name: string): Promise<string> => {
  const id = await add(address, door, name)
  expect((await house.graph.machines.check(id)).state).toBe('reachable')
  return id
}
const attention = (): string[] => house.graph.status.status().attention.map((row) => row.sentence)

test('a changed host key is said, nothing is sent, and only the owner can trust it, by its fingerprint', async () => {
  const id = await seen(first, one, 'spark-1')
  await one.changeHostKey()
  const logins = one.logins()
  await expect(house.graph.machines.check(id)).rejects.toMatchObject({ code: 'host_key_changed' })
  await expect(house.graph.machines.survey(id)).rejects.toMatchObject({ code: 'host_key_changed' })
  expect(one.logins()).toBe(logins)
  expect(attention().join()).toMatch(/spark-1 presents the host key SHA256:/)
  await expect(house.graph.machines.acceptHostKey(id, 'SHA256:guessed')).rejects.toMatchObject({ code: 'host_key_changed' })
  expect(one.logins()).toBe(logins)
  const trouble = await house.graph.machines.check(id).catch((error: { facts: { presented: string } }) => error.facts)
  const { presented } = trouble as { presented: string }
  expect((await house.graph.machines.acceptHostKey(id, presented)).state).toBe('reachable')
  expect(one.logins()).toBeGreaterThan(logins)
})

test('one machine at two addresses is added once: the second place is refused with its name', async () => {
  await seen(first, one, 'spark-1')
  await expect(add(third, one, 'spark-9')).rejects.toMatchObject({
    code: 'machine_is_another',
    facts: { machine: 'spark-9', other: 'spark-1', address: third },
  })
  expect(house.graph.machines.list().map((machine) => machine.name)).toEqual(['spark-1'])
})

test('an address that another machine of the list answers now gets no order, and its key cannot be accepted', async () => {
  const [oneId, twoId] = [await seen(first, one, 'spark-1'), await seen(second, two, 'spark-2')]
  await house.graph.machines.edit(twoId, { address: third, port: one.port })
  const logins = one.logins()
  await expect(house.graph.machines.check(twoId)).rejects.toMatchObject({ code: 'machine_is_another', facts: { other: 'spark-1' } })
  const key = house.graph.machines.find(oneId).hostKey ?? ''
  await expect(house.graph.machines.acceptHostKey(twoId, key)).rejects.toMatchObject({ code: 'machine_is_another' })
  expect(one.logins()).toBe(logins)
  expect(attention()).toContain(`What answers at ${third} is spark-1, not spark-2.`)
  expect((await house.graph.machines.check(oneId)).state).toBe('reachable')
  expect(house.graph.machines.find(twoId)).toMatchObject({
    hostKey: two.machine.hostKey,
    containers: house.graph.machines.find(twoId).containers,
  })
  const page = await house.app.request(`/machines/${twoId}`, { headers: { accept: 'text/html' } })
  const html = await page.text()
  expect(html).toContain('Locked out')
  expect(html).not.toContain('Accept this key')
})

test('one kernel behind two keys is one machine: the place that was added later is not believed', async () => {
  const oneId = await seen(first, one, 'spark-1')
  two.bootAs('11111111-2222-3333-4444-555555555555')
  const twoId = await add(second, two, 'spark-2')
  await expect(house.graph.machines.check(twoId)).rejects.toMatchObject({ code: 'machine_is_another', facts: { other: 'spark-1' } })
  expect(house.graph.machines.find(twoId)).toMatchObject({ observedAt: null, trouble: { code: 'machine_is_another' } })
  expect((await house.graph.machines.check(oneId)).state).toBe('reachable')
  two.bootAs('22222222-2222-3333-4444-555555555555')
  expect((await house.graph.machines.check(twoId)).state).toBe('reachable')
})
