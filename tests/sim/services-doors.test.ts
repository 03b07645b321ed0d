// Services behind real SSH and real sockets: their ports open and close with their containers, and their logs are followed.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { speechServices } from './core/demo-world.ts'
import { openSsh2Door } from './doors/ssh2-door.ts'
import { openSshdDoor } from './doors/sshd-door.ts'
import { type Bench, openBench, until } from './doors-bench.ts'

describe.each([
  ['a real sshd', openSshdDoor],
  ['the ssh2 server', openSsh2Door],
])('through %s', (_name, open) => {
  let bench: Bench
  beforeAll(async () => {
    bench = await openBench(open, { services: speechServices })
    await bench.door.settled()
  })
  afterAll(() => bench.close())

  const status = async (port: number, path = '/health'): Promise<number | null> =>
    await fetch(`http://${bench.machine().address}:${port}${path}`).then(
      (answer) => answer.status,
      () => null,
    )

  test('a service answers from start to stop', async () => {
    expect([await status(8880), await status(8778)]).toEqual([200, null])
    expect((await bench.ssh('docker start diarize')).out).toBe('diarize\n')
    await until('diarize answers', async () => (await status(8778)) === 200)
    expect((await bench.ssh('docker stop diarize && docker ps -a --format "{{.Names}} {{.State}}"')).out).toContain('diarize exited')
    await bench.door.settled()
    expect(await status(8778)).toBe(null)
  })

  test('a log is followed while requests come, and ends with its reader', async () => {
    const reader = bench.start('docker logs --tail 2 -f kokoro 2>&1')
    let seen = ''
    reader.stdout?.setEncoding('utf8').on('data', (text: string) => {
      seen += text
    })
    await until('the tail is there', () => seen.includes('Uvicorn running'))
    await status(8880, '/v1/models')
    await until('the line of the request is there', () => seen.includes('GET /v1/models'))
    reader.kill()
  })

  test('F35 closes the port while the container is up', async () => {
    bench.world.setFault({ name: 'F35', container: 'kokoro' })
    await bench.door.settled()
    expect([await status(8880), (await bench.ssh('docker inspect --format "{{.State.Running}}" kokoro')).out]).toEqual([null, 'true\n'])
    bench.world.clearFault('F35')
    await bench.door.settled()
    expect(await status(8880)).toBe(200)
  })
})
