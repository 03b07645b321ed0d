import { createHash } from 'node:crypto'
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createSparks } from '../../server/adapters/ssh/sparks.ts'
import type { Survey } from '../../server/app/ports.ts'
import { createFakeLog } from '../fakes/log.ts'
import { type FakeSshd, startSshd } from '../fakes/sshd.ts'

let door: FakeSshd
let sparks: ReturnType<typeof createSparks>

beforeEach(async () => {
  door = await startSshd()
  sparks = createSparks({ privateKey: () => door.privateKey, log: createFakeLog() })
  for (const name of ['ip', 'ibdev2netdev']) door.tool(name, 'exit 0')
})
afterEach(async () => {
  sparks.close()
  await door.stop()
})

const survey = (peers: readonly string[] = []): Promise<Survey> => sparks.survey(door.machine, 'vllm-node', peers)
const rowsOf = ({ rows }: Survey): Record<string, unknown> =>
  Object.fromEntries(rows.map((row) => [row.id, [row.state, row.sentence, row.mend]]))

it('finds everything on a machine that is ready', async () => {
  door.tool(
    'docker',
    `case "$1" in
ps) ;;
images) echo '{"Repository":"vllm-node","Tag":"latest","ID":"sha256:aaa"}'; echo '{"Repository":"<none>","Tag":"<none>","ID":"sha256:bbb"}' ;;
image) echo sha256:aaa ;;
esac`,
  )
  door.tool('nvidia-smi', 'echo "NVIDIA GB10, 580.126.09, 0, 35, 11.17, 2405"')
  door.tool('ibdev2netdev', 'echo "rocep1s0f1 port 1 ==> cable0 (Up)"')
  door.tool(
    'ip',
    `case "$*" in
*addr*) echo '4: cable0    inet 192.168.177.11/24 scope global cable0' ;;
*"neigh show dev cable0"*) echo '192.168.177.13 lladdr 02:00:00:00:00:01 REACHABLE'; echo '192.168.177.14 FAILED' ;;
esac`,
  )
  door.tool('ssh', `[[ " $* " == *' 192.168.177.12 '* ]] || { echo "Permission denied (publickey)." >&2; exit 255; }`)
  door.tool('git', 'echo "013cd2e 2026-09-15"')
  door.write('spark-vllm-docker/launch-cluster.sh', 'echo "[--solo] [--ray|--no-ray] [-e K=V] [-v a:b]"; exit 1\n')
  door.write(
    'spark-vllm-docker/.env',
    `# my cluster\nCLUSTER_NODES=192.168.177.11,192.168.177.12\nLOCAL_IP="192.168.177.11"\nETH_IF=cable0 # the left one\nCONTAINER_HF_TOKEN=hf_secret\nbroken line\n`,
  )
  door.write('.local/bin/uvx', '')
  door.write('.cache/huggingface/hub/models--a--b/refs/main', 'x')
  door.tool('uvx', 'exit 0')
  door.tool('sudo', '[[ "$*" == "-n -l /usr/bin/tee /proc/sys/vm/drop_caches" ]]')
  const found = await survey(['192.168.177.12'])
  expect(found).toMatchObject({
    dotenv: { CLUSTER_NODES: '192.168.177.11,192.168.177.12', LOCAL_IP: '192.168.177.11', ETH_IF: 'cable0' },
    peers: ['192.168.177.12', '192.168.177.13'],
    fabricAddress: '192.168.177.11',
    images: [{ ref: 'vllm-node:latest', id: 'sha256:aaa' }],
  })
  expect(JSON.stringify(found)).not.toContain('hf_secret')
  expect(found.rows.filter((row) => row.state !== 'good' && row.id !== 'disk')).toEqual([])
  expect(found.rows.map((row) => row.id)).toEqual(
    'docker launcher era image cache dotenv fabric peers head_ssh disk file_memory uvx driver'.split(' '),
  )
})

it('names for each thing that is missing the command that mends it', async () => {
  door.tool('docker', 'echo "permission denied while trying to connect to the Docker daemon socket" >&2; exit 1')
  door.tool('nvidia-smi', 'exit 9')
  door.tool('ssh', `exit 255`)
  door.tool('sudo', 'echo "sudo: a password is required" >&2; exit 1')
  const rows = rowsOf(await survey(['192.0.2.12', '192.0.2.13']))
  expect(rows).toMatchObject({
    docker: ['missing', expect.any(String), expect.stringMatching(/^sudo usermod -aG docker '\w+'$/)],
    launcher: ['missing', 'No spark-vllm-docker was found.', 'git clone https://github.com/eugr/spark-vllm-docker ~/spark-vllm-docker'],
    image: ['warning', 'It is not known before Docker answers.', null],
    head_ssh: ['missing', expect.stringContaining('192.0.2.12, 192.0.2.13'), expect.stringContaining("ssh-copy-id '192.0.2.12'")],
    file_memory: [
      'warning',
      expect.stringContaining('allows nothing else'),
      expect.stringMatching(
        /^echo '\w+ ALL=\(root\) NOPASSWD: \/usr\/bin\/tee \/proc\/sys\/vm\/drop_caches' \| sudo EDITOR=tee visudo -f \/etc\/sudoers\.d\/spark-control$/,
      ),
    ],
    uvx: ['warning', expect.any(String), expect.stringContaining('astral.sh/uv')],
    driver: ['missing', expect.any(String), 'sudo reboot'],
    fabric: ['warning', expect.any(String), null],
  })
})

it('asks for a newer launcher where the old one changes what it is told', async () => {
  door.tool('docker', 'case "$1" in ps) ;; *) exit 1 ;; esac')
  door.tool('git', 'echo "74c02c3 2026-01-10"')
  door.write('spark-vllm-docker/launch-cluster.sh', 'echo "usage: launch-cluster.sh [-d] [command]"; exit 1\n')
  const rows = rowsOf(await survey())
  expect(rows['era']).toEqual(['missing', expect.stringContaining('2026-01-10'), `git -C '${door.home}/spark-vllm-docker' pull`])
  expect(rows['image']).toEqual([
    'missing',
    expect.stringContaining('vllm-node'),
    `cd '${door.home}/spark-vllm-docker' && ./build-and-copy.sh`,
  ])
})

it('finds uvx where only a login shell does', async () => {
  door.tool('docker', 'exit 0')
  door.write('tools/uvx', '')
  const before = rowsOf(await survey())['uvx']
  door.write('.profile', 'PATH="$HOME/tools:$PATH"\n')
  await sparks.startJob(door.machine, {
    appliance: 'a',
    fence: 1,
    swap: 's',
    step: 'x',
    argv: ['chmod', '+x', 'tools/uvx'],
    cwd: door.home,
    env: {},
  })
  await expect.poll(async () => rowsOf(await survey())['uvx']).toEqual(['good', `${door.home}/tools/uvx.`, null])
  expect(before).toMatchObject({ 0: 'warning' })
})

const nothing = { recipes: [], mods: [], unread: 0 }

it("reads the recipes of the launcher's checkout, and nothing that is not one", async () => {
  expect(await sparks.launcherFiles(door.machine)).toEqual(nothing)
  door.write('spark-vllm-docker/launch-cluster.sh', 'exit 1\n')
  expect(await sparks.launcherFiles(door.machine)).toEqual(nothing)
  const text = 'name: "B"\ncommand: |\n  vllm serve a/b \\\n    --x \'{{"é": 1}}\'\n'
  door.write('spark-vllm-docker/recipes/b.yaml', text)
  door.write('spark-vllm-docker/recipes/a.yaml', 'name: A\n')
  door.write('spark-vllm-docker/recipes/README.md', 'no recipe')
  door.write('spark-vllm-docker/recipes/a name; touch here.yaml', 'no recipe')
  door.write('spark-vllm-docker/recipes/4x/c.yaml', 'in a folder')
  door.write('spark-vllm-docker/recipes/large.yaml', 'x'.repeat(64 * 1024 + 1))
  door.write('spark-vllm-docker/recipes/largest.yaml', 'x'.repeat(64 * 1024))
  const { recipes, unread } = await sparks.launcherFiles(door.machine)
  expect(recipes.map((file) => [file.name, file.text?.length ?? null])).toEqual([
    ['a.yaml', 8],
    ['b.yaml', text.length],
    ['large.yaml', null],
    ['largest.yaml', 64 * 1024],
    ['4x/c.yaml', 11],
  ])
  expect([recipes[1]?.text, unread]).toEqual([text, 1])
  for (let number = 0; number < 210; number += 1) door.write(`spark-vllm-docker/recipes/many-${number}.yaml`, 'name: A\n')
  const many = await sparks.launcherFiles(door.machine)
  expect([many.recipes.length, many.unread]).toEqual([200, 16])
})

it('reads the mods that recipes name, whole by their digests, and says of every other why not', async () => {
  const at = (path: string, text: string): void => door.write(`spark-vllm-docker/mods/${path}`, text)
  door.write('spark-vllm-docker/launch-cluster.sh', 'exit 1\n')
  const names = ['good', 'linked', 'scriptless', 'packed.zip', 'large', 'named', 'gone']
  door.write('spark-vllm-docker/recipes/a.yaml', `mods:\n${names.map((name) => `  - mods/${name}\n`).join('')}`)
  const script = '#!/bin/bash\necho "<b>é</b>"\n'
  at('good/run.sh', script)
  at('good/patches/one.patch', 'p'.repeat(20_000))
  at('good/blob', 'a\0b')
  at('good/empty', '')
  at('unnamed/run.sh', 'not asked for')
  at('linked/run.sh', 'true')
  symlinkSync('/etc/passwd', join(door.home, 'spark-vllm-docker/mods/linked/other'))
  at('scriptless/patch', 'x')
  at('packed.zip', 'PK')
  at('large/run.sh', 'true')
  for (let number = 0; number < 61; number += 1) at(`large/${number}`, 'x')
  at('named/run.sh', 'true')
  at('named/a\nb', 'x')
  const { mods } = await sparks.launcherFiles(door.machine)
  const sha = (text: string): string => createHash('sha256').update(text).digest('hex')
  expect(mods.find((mod) => mod.path === 'mods/good')).toEqual({
    path: 'mods/good',
    problem: null,
    files: [
      { path: 'blob', sizeBytes: 3, digest: sha('a\0b'), text: null, cut: false },
      { path: 'empty', sizeBytes: 0, digest: sha(''), text: '', cut: false },
      { path: 'patches/one.patch', sizeBytes: 20_000, digest: sha('p'.repeat(20_000)), text: 'p'.repeat(16_384), cut: true },
      { path: 'run.sh', sizeBytes: Buffer.byteLength(script), digest: sha(script), text: script, cut: false },
    ],
  })
  expect(Object.fromEntries(mods.filter((mod) => mod.problem !== null).map((mod) => [mod.path, mod.problem]))).toEqual({
    'mods/linked': expect.stringContaining('holds a link'),
    'mods/scriptless': expect.stringContaining('no run.sh'),
    'mods/packed.zip': expect.stringContaining('not a folder'),
    'mods/large': expect.stringContaining('more than 60 files'),
    'mods/named': expect.stringContaining('a name that cannot be shown'),
  })
})
