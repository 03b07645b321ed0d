import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createSparks } from '../../server/adapters/ssh/sparks.ts'
import type { Machine } from '../../server/domain/machine.ts'
import { dockerRow as row, dockerTop as top } from '../fakes/docker-words.ts'
import { createFakeLog } from '../fakes/log.ts'
import { type FakeSshd, startSshd } from '../fakes/sshd.ts'

let door: FakeSshd
let sparks: ReturnType<typeof createSparks>
const at = Date.UTC(2026, 0, 1)

const docker = (rows: readonly string[], top = '', log = ''): void => {
  door.write('docker/ps', `${rows.join('\n')}\n`)
  door.write('docker/top', top)
  door.write('docker/log', log)
  door.tool(
    'docker',
    'case "$1" in ps) cat "$HOME/docker/ps" ;; top) cat "$HOME/docker/top" ;; logs) cat "$HOME/docker/log" ;; *) exit 1 ;; esac',
  )
}
const gpu = (line: string): void => door.tool('nvidia-smi', `printf '%s\\n' '${line}'`)
const launcher = (path: string, help: string, text = ''): void => {
  door.write(`${path}/launch-cluster.sh`, `#!/usr/bin/env bash\n${text}\necho run >>"$HOME/helped"\ncat <<'HELP'\n${help}\nHELP\nexit 1\n`)
}
const probe = (change: Partial<Machine> = {}, watch: readonly string[] = []) => sparks.probe({ ...door.machine, ...change }, watch)

beforeAll(async () => {
  door = await startSshd()
  sparks = createSparks({ privateKey: () => door.privateKey, log: createFakeLog(), clock: { now: () => at } })
})
beforeEach(() => {
  docker([])
  gpu('NVIDIA GB10, 580.126.09, 96, 71, 62.40, 2405')
  door.tool('ip', 'exit 0')
  door.tool('ibdev2netdev', 'exit 0')
})
afterAll(async () => {
  sparks.close()
  await door.stop()
})

describe('a look at a machine', () => {
  it('tells what the kernel and the GPU say, in bytes and with its time', async () => {
    expect(await probe()).toMatchObject({
      at,
      bootId: '11111111-2222-3333-4444-555555555555',
      uptimeSeconds: 4242,
      driver: '580.126.09',
      gpuName: 'NVIDIA GB10',
      gpu: { loadPercent: 96, temperatureC: 71, powerW: 62.4, smMHz: 2405 },
      memory: {
        totalBytes: 127600748 * 1024,
        availableBytes: 118566368 * 1024,
        freeBytes: 9000000 * 1024,
        cachedBytes: 80000000 * 1024,
        pressure: 0.25,
      },
      dockerProblem: null,
      fence: null,
      cachePath: `${door.home}/.cache/huggingface/hub`,
    })
  })

  it.each(['[N/A]', 'N/A', '[Not Supported]', 'Not Supported', ''])('takes "%s" as absent, never as 0', async (word) => {
    gpu(`NVIDIA GB10, 580.126.09, ${word}, ${word}, ${word}, ${word}`)
    expect((await probe()).gpu).toEqual({ loadPercent: null, temperatureC: null, powerW: null, smMHz: null })
  })

  it('takes a real 0 as 0', async () => {
    gpu('NVIDIA GB10, 580.126.09, 0, 35, 0.00, 0')
    expect((await probe()).gpu).toEqual({ loadPercent: 0, temperatureC: 35, powerW: 0, smMHz: 0 })
  })

  it('knows no driver when nvidia-smi fails', async () => {
    door.tool('nvidia-smi', 'echo "NVIDIA-SMI has failed, because, it could not, communicate, with, the driver"; exit 9')
    expect(await probe()).toMatchObject({ driver: null, gpuName: null })
  })

  it('tells the VPN address and the address of a cable that is up', async () => {
    door.tool(
      'ip',
      `cat <<'END'
1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever
2: enP7s7    inet 192.0.2.20/24 brd 192.0.2.255 scope global enP7s7\\       valid_lft forever
3: enp1s0f0np0    inet 192.168.1.1/24 scope global enp1s0f0np0\\       valid_lft forever
4: enp1s0f1np1    inet 192.168.177.11/24 scope global enp1s0f1np1\\       valid_lft forever
5: tailscale0    inet 100.64.0.7/32 scope global tailscale0\\       valid_lft forever
END`,
    )
    door.tool('ibdev2netdev', 'echo "rocep1s0f0 port 1 ==> enp1s0f0np0 (Down)"; echo "rocep1s0f1 port 1 ==> enp1s0f1np1 (Up)"')
    expect(await probe()).toMatchObject({ vpnAddress: '100.64.0.7', fabricAddress: '192.168.177.11' })
  })

  it('tells the free space of the nearest folder there is', async () => {
    const { disk } = await probe({ cachePath: `${door.home}/not/yet/there` })
    expect(disk?.totalBytes).toBeGreaterThan(disk?.freeBytes ?? Number.POSITIVE_INFINITY)
  })
})

describe('what more it tells', () => {
  const smi = (answers: Readonly<Record<string, string>>): void => {
    const cases = Object.entries(answers).map(([pattern, text]) => `*"${pattern}"*) printf '%s\\n' '${text}' ;;`)
    door.tool('nvidia-smi', `case "$*" in ${cases.join('\n')} *) echo 'Field "x" is not a valid field to query.'; exit 2 ;; esac`)
  }
  const told = async () => (await probe()).facts

  it.each([
    ['clocks_event_reasons.active', '0x0000000000000044', ['power_cap', 'hw_heat']],
    ['clocks_throttle_reasons.active', '0x0000000000000020', ['heat']],
  ])('reads what holds the GPU back where the driver calls it %s', async (name, mask, reasons) => {
    smi({ [name]: `NVIDIA GB10, 580.126.09, 96, 71, 62.40, 2405, 3003, ${mask}` })
    expect((await told()).gpu).toEqual({ maxMHz: 3003, reasons })
  })

  it('goes without where the driver has neither name', async () => {
    smi({ 'clocks.sm --format': 'NVIDIA GB10, 470.1, 96, 71, 62.40, 2405' })
    expect(await probe()).toMatchObject({ driver: '470.1', gpu: { loadPercent: 96 }, facts: { gpu: { maxMHz: null, reasons: null } } })
  })

  it('tells which container holds memory of the GPU', async () => {
    const id = 'a'.repeat(64)
    docker([JSON.stringify({ ID: id, Names: 'vllm_node', Image: 'vllm-node', State: 'running', Status: 'Up' })])
    smi({
      'compute-apps': '4711, VLLM::EngineCore, 96073\n4712, python, with, commas, 218\n4713, other, [N/A]',
      'query-gpu': 'NVIDIA GB10',
    })
    door.write('../proc/4711/cgroup', `0::/system.slice/docker-${id}.scope\n`)
    expect((await told()).programs).toEqual([
      { name: 'VLLM::EngineCore', container: 'vllm_node', bytes: 96073 * 1024 ** 2 },
      { name: 'python, with, commas', container: null, bytes: 218 * 1024 ** 2 },
    ])
    door.tool('nvidia-smi', 'exit 9')
    expect((await told()).programs).toBeNull()
  })

  it('tells links and fabric ports as the kernel does', async () => {
    const net = (name: string, files: Readonly<Record<string, string>>): void => {
      for (const [file, text] of Object.entries(files)) door.write(`../sys/class/net/${name}/${file}`, `${text}\n`)
    }
    net('enp1s0f1np1', { operstate: 'up', speed: '200000', mtu: '9000', 'statistics/rx_errors': '3', 'statistics/tx_errors': '4' })
    net('enP7s7', { operstate: 'down', speed: '-1', mtu: '1500' })
    net('tailscale0', { operstate: 'unknown', mtu: '1280' })
    net('veth12ab', { operstate: 'up' })
    door.write('../sys/class/infiniband/rocep1s0f1/ports/1/state', '4: ACTIVE\n')
    door.write('../sys/class/infiniband/rocep1s0f1/ports/1/rate', '200 Gb/sec (4X HDR)\n')
    door.write('../sys/class/infiniband/rocep1s0f1/device/net/enp1s0f1np1/x', '')
    door.tool('ip', "echo '4: enp1s0f1np1    inet 192.168.177.11/24 scope global enp1s0f1np1'")
    const seen = await probe()
    expect(seen.facts.ports).toEqual([{ device: 'rocep1s0f1', link: 'enp1s0f1np1', active: true, gbps: 200 }])
    expect(seen.fabricAddress).toBe('192.168.177.11')
    const link = { kind: 'wired', up: null, speedMbps: null, mtu: null, errors: null, addresses: [] }
    expect(seen.facts.links).toEqual([
      { ...link, name: 'enP7s7', up: false, mtu: 1500 },
      { ...link, name: 'enp1s0f1np1', kind: 'fabric', up: true, speedMbps: 200_000, mtu: 9000, errors: 7, addresses: ['192.168.177.11'] },
      { ...link, name: 'tailscale0', kind: 'vpn', mtu: 1280 },
    ])
  })

  it('reads the records of starts once a boot, and what the journal says of the last end', async () => {
    door.tool(
      'last',
      `echo run >>"$HOME/asked"; cat <<'END'
reboot   system boot  6.11.0-1016-nvidia 2026-01-01T08:00:00+00:00   still running
reboot   system boot  6.11.0-1016-nvidia 2025-12-20T08:00:00+00:00 - crash
shutdown system down  6.11.0-1016-nvidia 2025-12-20T07:59:00+00:00 - 2025-12-20T08:00:00+00:00
reboot   system boot  6.11.0-1016-nvidia 2025-12-01T08:00:00+01:00 - 2025-12-20T07:59:00+00:00

wtmp begins 2025-12-01T07:00:00+00:00
END`,
    )
    door.tool('journalctl', "echo 'Started session 3.'; echo 'systemd-logind: Power key pressed short.'")
    door.bootAs('aaaaaaaa-2222-3333-4444-555555555555')
    const boots = [
      { at: Date.UTC(2026, 0, 1, 8), cause: 'power_key' },
      { at: Date.UTC(2025, 11, 20, 8), cause: 'asked' },
      { at: Date.UTC(2025, 11, 1, 7), cause: null },
    ]
    expect((await told()).boots).toEqual(boots)
    door.tool('journalctl', 'exit 1')
    expect((await told()).boots).toEqual(boots)
    expect(door.read('asked')).toBe('run\n')
    door.bootAs('bbbbbbbb-2222-3333-4444-555555555555')
    expect((await told()).boots?.[0]).toEqual({ at: Date.UTC(2026, 0, 1, 8), cause: 'unknown' })
    door.tool('last', 'exit 1')
    door.bootAs('11111111-2222-3333-4444-555555555555')
    expect((await told()).boots).toBeNull()
  })

  it('survives tools that are not there, and files that hold nonsense', async () => {
    for (const name of ['ip', 'ibdev2netdev', 'last', 'journalctl', 'nvidia-smi', 'docker', 'df'])
      door.tool(name, "head -c 3000 /dev/urandom; printf '%s\\n' '||||' ', , ,' '0x' 'reboot system 2026'; exit 0")
    door.write('../sys/class/net/odd/operstate', '')
    door.write('../sys/class/net/odd/speed', '99999999999999999999999\n')
    door.write('../sys/class/net/odd/mtu', '\u001b[2Jx\n')
    const { facts } = await probe()
    expect(facts.links.find((one) => one.name === 'odd')).toEqual({
      name: 'odd',
      kind: 'wired',
      up: null,
      speedMbps: null,
      mtu: null,
      errors: null,
      addresses: [],
    })
    expect(facts.gpu).toEqual({ maxMHz: null, reasons: null })
    expect(JSON.stringify(facts)).not.toMatch(/\p{Cc}/u)
  })
})

describe('containers', () => {
  it('are listed by name; vllm is looked for only where that is asked', async () => {
    docker(
      [row('vllm_node'), row('foreign', 'exited')],
      top('sleep infinity', '/usr/bin/python3 /usr/local/bin/vllm serve Qwen/Qwen3-8B --port 8000'),
    )
    expect((await probe({}, ['vllm_node', 'not_there'])).containers).toEqual([
      {
        name: 'vllm_node',
        image: 'vllm-node:latest',
        state: 'running',
        status: 'Up 3 minutes',
        ports: [8081],
        serving: '/usr/bin/python3 /usr/local/bin/vllm serve Qwen/Qwen3-8B --port 8000',
      },
      { name: 'foreign', image: 'vllm-node:latest', state: 'exited', status: 'Up 3 minutes', ports: [], serving: null },
    ])
    expect((await probe()).containers?.[0]?.serving).toBeNull()
  })

  it.each([
    ['vllm serve Org/Model', true],
    ['/opt/venv/bin/vllm serve Org/Model -tp 2', true],
    ['/usr/bin/python3.12 -u /usr/local/bin/vllm serve Org/Model', true],
    ['python3 -m vllm.entrypoints.openai.api_server --model Org/Model', true],
    ['sleep infinity', false],
    ['bash -c vllm serve Org/Model', false],
    ['bash -i -c vllm serve Org/Model; sleep infinity', false],
    ['pgrep -f vllm serve', false],
    ['tail -f /var/log/vllm serve.log', false],
    ['VLLM::EngineCore', false],
  ])('with "%s" inside: is vllm alive? %s', async (command, alive) => {
    docker([row('vllm_node')], top('sleep infinity', command))
    expect((await probe({}, ['vllm_node'])).containers?.[0]?.serving).toBe(alive ? command : null)
  })

  it.each([
    ['permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock', 1, 'permission'],
    ['Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?', 1, 'not_running'],
    ['docker: command not found', 127, 'missing'],
  ])('are unknown, not none, when docker says "%s"', async (words, code, problem) => {
    door.tool('docker', `echo '${words}' >&2; exit ${code}`)
    expect(await probe()).toMatchObject({ containers: null, dockerProblem: problem })
  })

  it('are unknown when docker does not answer in time', async () => {
    door.tool('docker', 'sleep 60')
    expect(await probe()).toMatchObject({ containers: null, dockerProblem: 'not_running' })
  }, 20_000)
})

describe('the launcher', () => {
  const e3 =
    'Usage: ./launch-cluster.sh [-n nodes] [-t image] [--name n] [-e K=V] [-v|--volume a:b] [--solo] [--ray|--no-ray] [-d] start|stop|status|exec'
  const e2 = 'Usage: launch-cluster.sh [-n nodes] [-t image] [-e, --env K=V] [--solo] [-d] [action]'

  it('is found, and asked again only when its folder changed', async () => {
    launcher('spark-vllm-docker', e3)
    const first = await probe()
    expect(first.launcher).toEqual({
      path: `${door.home}/spark-vllm-docker`,
      era: 'E3',
      commit: null,
      date: null,
      carriesQuotes: true,
      flags: { solo: true, noRay: true, ray: true, env: true, volume: true, mod: false },
    })
    expect((await probe()).launcher).toEqual(first.launcher)
    expect(door.read('helped')).toBe('run\n')
    launcher('spark-vllm-docker', `${e2} and more`)
    expect((await probe()).launcher).toMatchObject({ era: 'E2', flags: { solo: true, noRay: false, ray: false, env: true, volume: false } })
  })

  it('carries words unharmed from March 2026 on, by its date or by its own text', async () => {
    door.tool('git', 'echo "74c02c3 2026-03-05"')
    launcher('a/spark', e2)
    expect((await probe({ launcherPath: '~/a/spark' })).launcher).toMatchObject({
      commit: '74c02c3',
      date: '2026-03-05',
      carriesQuotes: false,
    })
    door.tool('git', 'echo "74c02c4 2026-03-06"')
    launcher('b/spark', e2)
    expect((await probe({ launcherPath: `${door.home}/b/spark` })).launcher).toMatchObject({ date: '2026-03-06', carriesQuotes: true })
    door.tool('git', 'exit 128')
    launcher('c/spark', e2, ': $(printf "%q " "$@")')
    expect((await probe({ launcherPath: `${door.home}/c/spark` })).launcher).toMatchObject({ date: null, carriesQuotes: true })
  })

  it('of the first era has no --solo and harms what it is told', async () => {
    launcher('e1', 'Usage: launch-cluster.sh [-n nodes] [-t image] [--name n] [-d] [command]')
    expect((await probe({ launcherPath: `${door.home}/e1` })).launcher).toMatchObject({ era: 'E1', carriesQuotes: false })
  })

  it('is absent where its folder holds none', async () => {
    expect((await probe({ launcherPath: '/no/such/folder' })).launcher).toBeNull()
  })
})

describe('a look during a switch', () => {
  const watch = (logOffset = 0, containerName = 'vllm_node') => sparks.watch(door.machine, { containerName, logOffset, job: null })

  it('tells the container, its process, its log from where one left off, and the memory', async () => {
    docker([row('vllm_node')], top('vllm serve Org/Model'), 'Loading weights: 43% ▏\nmore\n')
    const first = await watch()
    expect(first).toEqual({
      bootId: '11111111-2222-3333-4444-555555555555',
      job: null,
      container: 'running',
      serving: 'vllm serve Org/Model',
      log: 'Loading weights: 43% ▏\nmore\n',
      nextLogOffset: Buffer.byteLength('Loading weights: 43% ▏\nmore\n'),
      availableBytes: 118566368 * 1024,
      freeBytes: 9000000 * 1024,
    })
    expect(await watch(first.nextLogOffset)).toMatchObject({ log: '', nextLogOffset: first.nextLogOffset })
    expect(await watch(first.nextLogOffset - 5)).toMatchObject({ log: 'more\n', nextLogOffset: first.nextLogOffset })
  })

  it('does not take a container of a similar name for it', async () => {
    docker([row('vllm_node_2'), row('my_vllm_node')], top('vllm serve Org/Model'), 'foreign log')
    expect(await watch()).toMatchObject({ container: 'absent', serving: null, log: '', nextLogOffset: 0 })
  })

  it('says that it does not know when docker does not answer', async () => {
    door.tool('docker', 'exit 1')
    expect(await watch()).toMatchObject({ container: null, serving: null, log: '' })
  })

  it('reads a job along with it, over the one channel', async () => {
    const key = { swap: 'w1', step: 'start' }
    await sparks.startJob(door.machine, { ...key, appliance: 'abc', fence: 1, argv: ['echo', 'launched'], cwd: null, env: {} })
    const look = () => sparks.watch(door.machine, { containerName: 'vllm_node', logOffset: 0, job: { key, offset: 0 } })
    await expect.poll(async () => (await look()).job).toEqual({ state: 'ended', exitCode: 0, text: 'launched\n', nextOffset: 9 })
  })
})
