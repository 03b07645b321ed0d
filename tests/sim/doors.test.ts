import { existsSync, lstatSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import { join } from 'node:path'
import ssh2, { type ConnectConfig, type ParsedKey } from 'ssh2'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { snapshotOf } from './core/snapshot.ts'
import { createNodeProcesses } from './doors/node-processes.ts'
import type { DoorMachine } from './doors/node-site.ts'
import { newKeyPair, parseKey } from './doors/ssh-keys.ts'
import { openSsh2Door } from './doors/ssh2-door.ts'
import { openSshdDoor } from './doors/sshd-door.ts'
import { type Bench, openBench, until } from './doors-bench.ts'

const serve = 'cd spark-vllm-docker && ./launch-cluster.sh --solo -d exec vllm serve Qwen/Qwen3-8B --port 8000'
const stop = 'spark-vllm-docker/launch-cluster.sh --solo stop'

describe.each([
  ['a real sshd', openSshdDoor],
  ['the ssh2 server', openSsh2Door],
])('through %s', (_name, open) => {
  let bench: Bench
  let base = ''
  beforeAll(async () => {
    bench = await openBench(open)
    base = `http://${bench.machine().address}:8000`
  })
  afterAll(() => bench.close())

  const lastArgv = (): readonly string[] | undefined => bench.world.argvLog.at(-1)?.argv
  const chat = (body: Record<string, unknown>, signal: AbortSignal | null = null): Promise<Response> =>
    fetch(`${base}/v1/chat/completions`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
      signal,
    })
  const refuses = async (): Promise<boolean> => {
    try {
      await fetch(`${base}/health`)
      return false
    } catch {
      return true
    }
  }

  test('a tool is answered by the simulator', async () => {
    const { out, err, code } = await bench.ssh('nvidia-smi --query-gpu=name --format=csv,noheader')
    expect({ out, err, code }).toEqual({ out: 'NVIDIA GB10\n', err: '', code: 0 })
  })

  test('every word of a call arrives byte for byte', async () => {
    const words = [
      'it\'s "quoted"',
      '$(touch /nowhere) `id` $HOME',
      'two\nlines\n',
      'Zoë 東京 🚀',
      '',
      ' ',
      '\\n \\\\ %s \\c',
      '*',
      '{"max_pixels": 2000000}',
      '\r\t',
    ]
    const quoted = words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ')
    await bench.ssh(`docker inspect ${quoted}`)
    expect(lastArgv()).toEqual(['inspect', ...words])
  })

  test('stdout, stderr and the exit code stay apart', async () => {
    const { out, err, code } = await bench.ssh('docker inspect no-such-thing')
    expect(out).toBe('[]\n')
    expect(err).toMatch(/no such object: no-such-thing/i)
    expect(code).toBe(1)
  })

  test('a script on stdin is not eaten by the tools in it', async () => {
    const { out, code } = await bench.ssh('bash -s', { stdin: 'docker ps -q\necho one\nnvidia-smi >/dev/null\necho two\nexit 7\n' })
    expect(out).toBe('one\ntwo\n')
    expect(code).toBe(7)
  })

  test('a command begins in the home of its node and knows its name', async () => {
    const { out } = await bench.ssh('echo "$PWD $HOSTNAME $(hostname)"', { index: 1 })
    expect(out).toBe(`${bench.machine(1).home} spark-2 spark-2\n`)
  })

  test('uvx is on the PATH of a login shell only', async () => {
    expect((await bench.ssh('command -v uvx')).code).toBe(1)
    const { out } = await bench.ssh('bash -lc "command -v uvx; command -v docker; uvx --version"')
    expect(out).toMatch(/home\/\.local\/bin\/uvx\n.*fakebin\/docker\nuvx 0/)
  })

  test('the kernel files are those of the node', async () => {
    const { out } = await bench.ssh(
      'cat "$SPARK_CONTROL_PROC"/sys/kernel/random/boot_id; grep MemTotal "$SPARK_CONTROL_PROC"/meminfo; cut -d. -f1 "$SPARK_CONTROL_PROC"/uptime',
    )
    const [bootId, total, uptime] = out.trim().split('\n')
    expect(bootId).toBe(bench.world.look('spark-1').bootId)
    expect(total).toMatch(/127600748 kB/)
    expect(Number(uptime)).toBeGreaterThan(80_000)
  })

  test('the checkout of the launcher has a commit and a day', async () => {
    const { out } = await bench.ssh(
      'git -C "$HOME/spark-vllm-docker" log -1 --format="%h %cs"; grep -c "printf .%q" spark-vllm-docker/launch-cluster.sh',
    )
    expect(out).toBe('013cd2e 2026-09-15\n1\n')
  })

  test('a detached job outlives its channel', async () => {
    const started = await bench.ssh(
      'set -m; setsid bash -c \'sleep 0.5; nvidia-smi >/dev/null; echo done >"$HOME/later"\' </dev/null >/dev/null 2>&1 & echo started',
    )
    expect(started.out).toBe('started\n')
    const file = join(bench.machine().home, 'later')
    expect(existsSync(file)).toBe(false)
    await until('the job wrote its file', () => existsSync(file))
  })

  test('an engine answers over HTTP from ready to stop', async () => {
    expect(await refuses()).toBe(true)
    const { out, code } = await bench.ssh(serve)
    expect(out).toMatch(/Command dispatched in background \(Daemon mode\)\. Container: vllm_node\n$/)
    expect(code).toBe(0)
    await until('health', async () => !(await refuses()))
    const health = await fetch(`${base}/health`)
    expect([health.status, await health.text()]).toEqual([200, ''])
    const models = (await (await fetch(`${base}/v1/models`)).json()) as { data: { id: string; max_model_len: number }[] }
    expect(models.data.map((one) => one.id)).toEqual(['Qwen/Qwen3-8B'])
    expect(await (await fetch(`${base}/metrics`)).text()).toMatch(/^vllm:num_requests_running\{.*Qwen\/Qwen3-8B.*\} 0\.0$/m)

    const whole = (await (await chat({ model: 'Qwen/Qwen3-8B', messages: [{ role: 'user', content: 'Good day' }] })).json()) as Completion
    expect(whole.choices[0]?.message.content).toMatch(/^Hello from Qwen\/Qwen3-8B on spark-1\. You wrote: "Good day"\./)
    const short = (await (await chat({ model: 'Qwen/Qwen3-8B', messages: [], max_tokens: 2 })).json()) as Completion
    expect(short.choices[0]).toMatchObject({ message: { content: 'Hello from' }, finish_reason: 'length' })
    expect(short.usage.completion_tokens).toBe(2)

    const stream = await chat({
      model: 'Qwen/Qwen3-8B',
      messages: [],
      max_tokens: 3,
      stream: true,
      stream_options: { include_usage: true },
    })
    expect(stream.headers.get('content-type')).toMatch(/^text\/event-stream/)
    const events = (await stream.text()).trim().split('\n\n')
    expect(events.at(-1)).toBe('data: [DONE]')
    expect(
      events
        .slice(0, -1)
        .map((event) => deltaOf(event))
        .join(''),
    ).toBe('Hello from Qwen/Qwen3-8B')

    const wrong = await chat({ model: 'someone/else', messages: [] })
    expect(wrong.status).toBe(404)
    expect(await wrong.json()).toMatchObject({ error: { type: 'NotFoundError', code: 404 } })

    bench.world.setFault({ name: 'F13', node: 'spark-1' })
    expect((await fetch(`${base}/health`)).status).toBe(200)
    await expect(chat({ model: 'Qwen/Qwen3-8B', messages: [] }, AbortSignal.timeout(400))).rejects.toThrow(/timeout|abort/i)
    bench.world.clearFault('F13')

    expect((await bench.ssh(stop)).code).toBe(0)
    await bench.door.settled()
    expect(await refuses()).toBe(true)
  })

  test('the disk holds models as Hugging Face lays them out', async () => {
    const hub = join(bench.machine().home, '.cache/huggingface/hub')
    const model = bench.world.models('spark-1').find((one) => one.repo === 'openai/gpt-oss-20b')
    if (model === undefined) throw new Error('the demo lost a model')
    const snapshot = snapshotOf(model)
    const revision = readFileSync(join(hub, snapshot.folder, 'refs/main'), 'utf8')
    const folder = join(hub, snapshot.folder, 'snapshots', revision)
    for (const file of snapshot.files) {
      expect(lstatSync(join(folder, file.name)).isSymbolicLink()).toBe(true)
      expect(readlinkSync(join(folder, file.name))).toBe(`../../blobs/${file.blob}`)
      expect(statSync(join(folder, file.name)).size).toBe(file.sizeBytes)
    }
    expect(JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'))).toEqual(model.config)
    const cutOff = join(hub, 'models--Qwen--Qwen3-32B/blobs')
    const { out } = await bench.ssh(`cd ${cutOff} && find . -name '*.incomplete' -mtime +1 | wc -l; du -sm . | cut -f1`)
    const [unfinished, megabytes] = out.trim().split('\n').map(Number)
    expect(unfinished).toBe(1)
    expect(megabytes).toBeLessThan(5)
  })

  test('a model that arrives is on the disk', async () => {
    bench.world.addModel('spark-2', { repo: 'example/new', weightsBytes: 5_000_000, config: { model_type: 'llama' } })
    const { out } = await bench.ssh('cat ~/.cache/huggingface/hub/models--example--new/snapshots/*/config.json', { index: 1 })
    expect(JSON.parse(out)).toEqual({ model_type: 'llama' })
  })

  test('only an authorised key is let in', async () => {
    const pair = newKeyPair()
    const machine = bench.machine()
    const { hostKey } = machine
    const refused = 'All configured authentication methods failed'
    expect(await logIn(machine, { privateKey: pair.privateKey })).toEqual({ problem: refused, seen: hostKey })
    bench.door.authorize(`${pair.publicKey} alice`)
    expect(await logIn(machine, { privateKey: pair.privateKey })).toEqual({ problem: '', seen: hostKey })
  })

  test('a malformed key pair, as the library sometimes makes them, is never used', () => {
    const whole = newKeyPair()
    const made = [{ ...whole, privateKey: 'torn' }, { ...whole, publicKey: 'ssh-ed25519 torn' }, whole]
    expect(newKeyPair(() => made.shift() ?? whole)).toBe(whole)
    expect(made).toEqual([])
  })

  test('a public key without its private half opens nothing', async () => {
    const known = newKeyPair()
    const other = newKeyPair()
    bench.door.authorize(known.publicKey)
    const agent = new Forger(parseKey(known.publicKey), parseKey(other.privateKey))
    expect((await logIn(bench.machine(), { agent })).problem).toBe('All configured authentication methods failed')
    expect(agent.signed).toBe(1)
  })

  test('a frozen node holds its callers, then goes on as if nothing had been', async () => {
    const before = bench.world.look('spark-2').bootId
    bench.world.freeze('spark-2', 60_000)
    await bench.door.settled()
    const startedAt = Date.now()
    const { out } = await bench.ssh('cat "$SPARK_CONTROL_PROC"/sys/kernel/random/boot_id', { index: 1 })
    expect(out).toBe(`${before}\n`)
    expect(Date.now() - startedAt).toBeGreaterThan(400)
  })

  test('a node that loses power loses its jobs and sessions, and comes back as another boot', async () => {
    const { home } = bench.machine(1)
    await bench.ssh('setsid sleep 300 </dev/null >/dev/null 2>&1 & echo', { index: 1 })
    const session = bench.ssh('echo here; sleep 300', { index: 1 })
    const processes = createNodeProcesses(home)
    await until('both sleep', () => processes.pids().length >= 2)
    const before = bench.world.look('spark-2').bootId
    bench.world.reboot('spark-2', 300_000)
    await bench.door.settled()
    expect(processes.pids()).toEqual([])
    expect((await session).code).toBe(255)
    expect((await bench.ssh('true', { index: 1 })).err).toMatch(/Connection refused/)
    await until('it is up', () => bench.world.isReachable('spark-2'))
    // Its sshd opens its door a moment after the node is up.
    let out = ''
    const readBoot = async (): Promise<void> => {
      out = (await bench.ssh('cat "$SPARK_CONTROL_PROC"/sys/kernel/random/boot_id', { index: 1 })).out
    }
    for (const end = Date.now() + 10_000; out === '' && Date.now() < end; ) await readBoot()
    expect(out).toBe(`${bench.world.look('spark-2').bootId}\n`)
    expect(out.trim()).not.toBe(before)
  })

  test('a closed door leaves no process and no file', async () => {
    const other = await openBench(open)
    const { home } = other.machine()
    await other.ssh('setsid sleep 300 </dev/null >/dev/null 2>&1 & echo')
    const processes = createNodeProcesses(home)
    await until('it sleeps', () => processes.pids().length === 1)
    await other.close()
    expect(processes.pids()).toEqual([])
    expect(existsSync(join(home, '../..'))).toBe(false)
  })
})

/** Shows one key and signs with another. */
class Forger extends ssh2.BaseAgent<ParsedKey> {
  signed = 0
  readonly #shown: ParsedKey
  readonly #used: ParsedKey

  constructor(shown: ParsedKey, used: ParsedKey) {
    super()
    this.#shown = shown
    this.#used = used
  }
  getIdentities(done: (error: undefined, keys: ParsedKey[]) => void): void {
    done(undefined, [this.#shown])
  }
  override sign(_key: ParsedKey, data: Buffer, ...rest: unknown[]): void {
    this.signed += 1
    const done = rest.at(-1) as (error: undefined, signature: Buffer) => void
    done(undefined, this.#used.sign(data))
  }
}

function logIn(machine: DoorMachine, proof: Pick<ConnectConfig, 'privateKey' | 'agent'>): Promise<{ problem: string; seen: string }> {
  return new Promise((resolve) => {
    const client = new ssh2.Client()
    let seen = ''
    const done = (problem: string): void => {
      client.end()
      resolve({ problem, seen })
    }
    client.on('ready', () => done('')).on('error', (error) => done(error.message))
    client.connect({
      host: machine.address,
      port: machine.port,
      username: machine.user,
      ...proof,
      hostHash: 'sha256',
      hostVerifier: (digest: string) => {
        seen = `SHA256:${Buffer.from(digest, 'hex').toString('base64').replace(/=+$/, '')}`
        return true
      },
    })
  })
}

interface Completion {
  readonly choices: readonly { readonly message: { readonly content: string }; readonly finish_reason: string }[]
  readonly usage: { readonly completion_tokens: number }
}

function deltaOf(event: string): string {
  const { choices } = JSON.parse(event.replace(/^data: /, '')) as { choices: { delta: { content?: string } }[] }
  return choices[0]?.delta.content ?? ''
}
