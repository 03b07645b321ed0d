import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { createFakeClock } from '../fakes/clock.ts'
import { qwen3Small } from './core/demo-models.ts'
import { demoNodes } from './core/demo-world.ts'
import { quoteWords, splitWords } from './core/shell-words.ts'
import { createWorld } from './core/world.ts'
import { type Session, type } from './terminal.ts'

function bench() {
  const clock = createFakeClock()
  const world = createWorld({
    clock,
    seed: 5,
    timeScale: 1,
    nodes: demoNodes(),
    hub: [{ repo: 'a/new', weightsBytes: 2_000_000_000, config: { model_type: 'qwen3' } }],
  })
  const run = async (tool: string, ...argv: readonly string[]): Promise<Session> => {
    const session = type(world, 'spark-1', tool, ...argv)
    await clock.until(() => session.code !== null)
    return session
  }
  return { clock, world, run }
}

const keep = (name: string): readonly string[] => [
  'run',
  '-d',
  '--rm',
  '--network',
  'host',
  '-e',
  'HF_TOKEN=hf_x',
  '--name',
  name,
  'vllm-node',
  'sleep',
  'infinity',
]

test('docker ps answers JSON lines, names and filters as docker does', async () => {
  const { run } = bench()
  const started = await run('docker', ...keep('vllm_node'))
  await run('docker', ...keep('vllm_node_2'))
  const rows = (await run('docker', 'ps', '-a', '--no-trunc', '--format', '{{json .}}')).out.trim().split('\n')
  expect(rows.map((row) => JSON.parse(row) as Record<string, string>)).toMatchObject([
    { Names: 'vllm_node_2', State: 'running', Ports: '', Networks: 'host' },
    { Names: 'vllm_node', ID: started.out.trim(), Command: '"sleep infinity"' },
  ])
  expect((await run('docker', 'ps', '--format', '{{.Names}} {{.State}}', '--filter', 'name=^/vllm_node$')).out).toBe('vllm_node running\n')
  expect((await run('docker', 'ps', '--filter', 'name=vllm', '-q')).out.split('\n')).toHaveLength(3)
  expect((await run('docker', 'ps', '--format', '{{.Wrong}}')).code).toBe(1)
})

test('docker refuses what is not there, taken or stopped, in its own words', async () => {
  const { run } = bench()
  const missing = await run('docker', 'inspect', 'x')
  expect([missing.code, missing.out, missing.err]).toEqual([1, '[]\n', 'error: no such object: x\n'])
  await run('docker', 'run', '-d', '--name', 'kept', 'vllm-node', 'sleep', 'infinity')
  expect((await run('docker', ...keep('kept'))).err).toContain('Conflict. The container name "/kept" is already in use by container')
  await run('docker', 'kill', 'kept')
  expect((await run('docker', 'exec', 'kept', 'true')).err).toMatch(/container [0-9a-f]{64} is not running\n$/)
  expect((await run('docker', 'ps', '-a', '--format', '{{.Status}}')).out).toMatch(/^Exited \(137\) /)
  expect((await run('docker', 'exec', 'x', 'true')).err).toBe('Error response from daemon: No such container: x\n')
  expect((await run('docker', 'exec', '-it', 'kept', 'bash')).err).toBe('the input device is not a TTY\n')
  expect([
    (await run('docker', 'stop', 'x')).code,
    (await run('docker', 'rm', '-f', 'kept')).code,
    (await run('docker', 'ps', '-aq')).out,
  ]).toEqual([1, 0, ''])
})

test('docker inspect shows the environment, tokens included', async () => {
  const { run } = bench()
  await run('docker', ...keep('vllm_node'))
  const [row] = JSON.parse((await run('docker', 'inspect', 'vllm_node')).out) as [Record<string, Record<string, unknown>>]
  expect(row['Config']?.['Env']).toEqual(['HF_TOKEN=hf_x'])
  expect(row['State']?.['Status']).toBe('running')
  expect((await run('docker', 'inspect', '--format', '{{.State.Running}} {{json .Config.Cmd}}', 'vllm_node')).out).toBe(
    'true ["sleep","infinity"]\n',
  )
  expect((await run('docker', 'image', 'inspect', '--format', '{{.Id}}', 'vllm-node')).out).toMatch(/^sha256:[0-9a-f]{64}\n$/)
  expect((await run('docker', 'image', 'inspect', 'gone')).code).toBe(1)
})

test('docker top and pgrep show vllm serve only while it lives', async () => {
  const { run, world, clock } = bench()
  await run('docker', ...keep('c'))
  await run('docker', 'exec', '-d', 'c', 'bash', '-c', `vllm serve ${qwen3Small.repo}`)
  expect((await run('docker', 'top', 'c', '-eo', 'pid,args')).out).toMatch(/sleep infinity\n\d+ +vllm serve Qwen\/Qwen3-8B\n$/)
  const found = await run('docker', 'exec', 'c', 'pgrep', '-af', 'vllm serve')
  expect([found.code, found.out]).toEqual([0, expect.stringMatching(/^\d+ vllm serve/)])
  world.setFault({ name: 'F11', times: 1 })
  await clock.until(() => world.look('spark-1').containers[0]?.log.includes('EngineDeadError') === true)
  await clock.advance(100)
  expect((await run('docker', 'top', 'c')).out).not.toContain('vllm serve')
  expect((await run('docker', 'exec', 'c', 'pgrep', '-f', 'vllm serve')).code).toBe(1)
})

test('what docker exec writes goes to who asked, not into the log', async () => {
  const { run, world } = bench()
  await run('docker', ...keep('c'))
  expect((await run('docker', 'exec', 'c', 'echo', 'hello')).out).toBe('hello\n')
  const unknown = await run('docker', 'exec', 'c', 'bash', '-c', 'nope')
  expect([unknown.code, unknown.out]).toEqual([127, 'bash: line 1: nope: command not found\n'])
  expect(world.look('spark-1').containers[0]?.log).toBe('')
})

test('docker logs follows until the container ends, and --tail keeps the last lines', async () => {
  const { run, world, clock } = bench()
  await run('docker', ...keep('c'))
  const following = type(world, 'spark-1', 'docker', 'logs', '-f', 'c')
  await run('docker', 'exec', '-d', 'c', 'vllm', 'serve', qwen3Small.repo)
  await clock.until(() => world.serving().length > 0)
  expect(following.out).toContain('Application startup complete.')
  expect((await run('docker', 'logs', '--tail', '1', 'c')).out).toMatch(/^\(APIServer pid=\d+\) INFO: {5}Application startup complete\.\n$/)
  expect(following.code).toBeNull()
  await run('docker', 'stop', 'c')
  await clock.until(() => following.code === 0)
})

test('a container whose first process is the engine stops sooner than one that sleeps', async () => {
  const { run, world, clock } = bench()
  world.startForeign('spark-1', { name: 'own', image: 'vllm-node', command: ['vllm', 'serve', qwen3Small.repo, '--port', '9000'] })
  await clock.until(() => world.serving().some((one) => one.port === 9000))
  const from = clock.now()
  await run('docker', 'stop', 'own')
  expect(clock.now() - from).toBeLessThan(5_000)
  expect(world.look('spark-1').containers).toMatchObject([{ name: 'own', state: 'exited' }])
})

test('hf-download.sh fetches a model, config first, and knows when uvx is absent', async () => {
  const { run, world, clock } = bench()
  const session = type(world, 'spark-1', 'hf-download.sh', 'a/new', '-c', '192.168.177.12')
  await clock.advance(1_000)
  expect(world.models('spark-1').find((model) => model.repo === 'a/new')?.state).toBe('downloading')
  await clock.until(() => session.code !== null)
  expect([session.code, session.out]).toEqual([
    0,
    expect.stringMatching(/Copy to 192\.168\.177\.12 completed in [\s\S]*Done downloading a\/new\.\n$/),
  ])
  expect(world.models('spark-2').find((model) => model.repo === 'a/new')?.state).toBe('complete')
  expect((await run('hf-download.sh', '-c', 'a/new')).out).toContain('Error: Model name is required.')
  world.setFault({ name: 'F17' })
  expect((await run('hf-download.sh', 'a/new')).out).toContain("Error: 'uvx' command not found.")
})

test('serves a folder of the owner by its path', async () => {
  const { run, world, clock } = bench()
  world.addModel('spark-1', { ...qwen3Small, repo: 'local:my-tune' })
  await run('docker', ...keep('c'))
  await run('docker', 'exec', '-d', 'c', 'vllm', 'serve', '/models/my-tune', '--served-model-name', 'tuned', 'alias')
  await clock.until(() => world.serving().length > 0)
  expect(world.serving()).toMatchObject([{ model: 'tuned', names: ['tuned', 'alias'], maxModelLen: 40960 }])
})

test('ip, git and ibdev2netdev answer as on a Spark with two links', async () => {
  const { run } = bench()
  expect((await run('ip', '-o', '-4', 'addr', 'show')).out).toContain('enp1s0f1np1    inet 192.168.177.11/24 ')
  expect((await run('git', '-C', '/home/spark/spark-vllm-docker', 'log', '-1', '--format=%h %cs')).out).toBe('013cd2e 2026-09-15\n')
  expect((await run('git', '-C', '/tmp', 'log', '-1', '--format=%h')).code).toBe(128)
  expect((await run('ibdev2netdev')).out.split('\n').filter((line) => line.endsWith('(Up)'))).toHaveLength(2)
  expect((await run('nvidia-smi', '--query-gpu=nope', '--format=csv')).code).toBe(2)
})

test('a node sees the other behind the cable and reaches it without a password, until it is off or refuses', async () => {
  const { run, world } = bench()
  const reach = async (host: string): Promise<number | null> => (await run('ssh', '-o', 'BatchMode=yes', '--', host, 'true')).code
  expect((await run('ip', '-4', 'neigh', 'show', 'dev', 'enp1s0f1np1')).out).toMatch(/^192\.168\.177\.12 lladdr \S+ REACHABLE\n$/)
  expect((await run('ip', '-4', 'neigh', 'show', 'dev', 'enP7s7')).out).toBe('')
  expect([await reach('192.168.177.12'), await reach('alice@127.0.1.2'), await reach('192.0.2.9')]).toEqual([0, 0, 255])
  world.setFault({ name: 'F5', node: 'spark-2' })
  expect(await reach('192.168.177.12')).toBe(255)
  world.clearFault('F5')
  world.reboot('spark-2')
  expect(await reach('192.168.177.12')).toBe(255)
  expect((await run('ip', '-4', 'neigh', 'show', 'dev', 'enp1s0f1np1')).out).toBe('')
})

test('quotes words exactly as bash does, and reads them back', () => {
  const words = [
    'plain',
    '',
    'two words',
    '{"a":1,"b":[2]}',
    "it's",
    'a,b',
    '~/x',
    '#c',
    'x=~y',
    '$HOME',
    'back\\slash',
    'tab\tnew\nline',
    '!*?',
    'ünï',
    '--a=b:c@d%e+f',
  ]
  const bash = execFileSync('bash', ['--norc', '-c', 'printf "%q " "$@"', 'bash', ...words], {
    env: { LC_ALL: 'C.UTF-8', PATH: process.env['PATH'] ?? '' },
  }).toString()
  expect(quoteWords(words)).toBe(bash)
  expect(splitWords(bash)).toEqual(words)
  expect(splitWords(`vllm serve 'a b' "c \\" d" e\\ f`)).toEqual(['vllm', 'serve', 'a b', 'c " d', 'e f'])
})
