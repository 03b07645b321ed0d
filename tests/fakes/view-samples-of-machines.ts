// Machines as their pages show them: well, with everything wrong, hardly known, silent.
import type { LauncherChangesView } from '../../server/contract/operations/machine-acts.ts'
import type { MachineShape } from '../../server/contract/operations/shapes.ts'
import type { Agreement } from '../../server/domain/agreement.ts'
import { before, GB, machine, secondMachine } from './view-samples.ts'

export const agreeing: readonly Agreement[] = [
  { code: 'images_agree', agree: true, sentence: 'All machines that have the image vllm-node have the same one.' },
  { code: 'launchers_agree', agree: true, sentence: 'The launcher is the same on spark-1 and spark-2, of 2026-09-15.' },
]
export const differing: readonly Agreement[] = [
  {
    code: 'images_differ',
    agree: false,
    sentence:
      'The image vllm-node differs: spark-1 has 3f9c3f9c3f9c and spark-2 has 77aa77aa77aa. A model across two Sparks does not start like this. Run ./build-and-copy.sh -c in the launcher folder of the first one.',
  },
  {
    code: 'launchers_differ',
    agree: false,
    sentence:
      'The launcher differs: spark-1 has 013cd2e of 2026-09-15 and spark-2 has 5e1a9c4 of 2026-06-09. Update the older one on its page.',
  },
]

const link = (change: Partial<MachineShape['links'][number]> & { readonly name: string }): MachineShape['links'][number] => ({
  kind: 'wired',
  up: true,
  speedMbps: 10_000,
  mtu: 1500,
  errors: 0,
  addresses: [],
  ...change,
})

/** Everything that can be wrong at once. */
const notes = [
  {
    code: 'bad_driver',
    sentence:
      'spark-1 has the GPU driver 590.44.01. With 590, models hang while they start or answer (a deadlock in CUDA graphs). Go back to a 580 driver.',
  },
  {
    code: 'gpu_held_back',
    sentence:
      'The GPU of spark-1 has been held back by heat for 12 minutes (now 1210 MHz of 3003). Give it cool air and see whether its vents are free.',
  },
  {
    code: 'fabric_down',
    sentence: 'The cable to the other Sparks is down on spark-1, and Qwen3 235B needs two Sparks. Check the cable at both ends.',
  },
  {
    code: 'unexpected_restart',
    sentence:
      'spark-1 restarted about 3 hours ago without having been shut down: the power failed, or it froze. If it happens again under load, a lower clock helps: sudo nvidia-smi -lgc 200,2150.',
  },
  {
    code: 'disk_full',
    sentence: '/ on spark-1 has only 60 GB left of 4.0 TB. Delete models that nobody uses before the next download.',
  },
]
export const troubledMachine: MachineShape = {
  ...machine,
  driver: '590.44.01',
  well: { state: 'look', sentence: notes[0]?.sentence ?? '', notes },
  gpu: { loadPercent: 97, temperatureC: 92, powerW: 61, smMHz: 1210 },
  gpuClock: { maxMHz: 3003, reasons: ['heat', 'power_cap'], sentence: 'Held back by heat and the limit of its power.' },
  disks: [
    { path: '/', totalBytes: 4000 * GB, freeBytes: 60 * GB },
    { path: '/mnt/a-long-name-for-a-disk-of-models', totalBytes: 2000 * GB, freeBytes: 1100 * GB },
  ],
  links: [
    link({ name: 'enP7s7', addresses: ['192.0.2.20'] }),
    link({ name: 'enp1s0f1np1', kind: 'fabric', up: false, speedMbps: null, mtu: 9000, errors: 4021, addresses: ['192.0.2.120'] }),
    link({ name: 'enp1s0f0np0', kind: 'fabric', up: false, speedMbps: null }),
    link({ name: 'tailscale0', kind: 'vpn', up: null, speedMbps: null, mtu: 1280, addresses: ['100.64.0.7'] }),
    link({ name: 'wlP9s9', kind: 'wifi', up: false, speedMbps: null }),
  ],
  vpnAddress: '100.64.0.7',
  fabric: {
    ports: [
      { device: 'rocep1s0f1', link: 'enp1s0f1np1', active: false, gbps: 40 },
      { device: 'rocep1s0f0', link: 'enp1s0f0np0', active: false, gbps: 40 },
    ],
    peers: [],
    sentence: 'No cable is in use.',
  },
  boots: [
    { at: before(10_800), cause: 'unknown', sentence: 'It had not been shut down: the power failed, or it froze.' },
    { at: before(400_000), cause: 'heat', sentence: 'It had become too hot.' },
    { at: before(900_000), cause: 'asked', sentence: 'Somebody restarted it, or it was updated.' },
    { at: before(1_900_000), cause: null, sentence: 'What came before it is not known.' },
  ],
  uptimeSeconds: 10_800,
  slow: {
    at: before(300),
    images: [
      { ref: 'vllm-node', id: `sha256:${'77aa'.repeat(16)}` },
      { ref: 'vllm-node-b12x', id: null },
    ],
    launcher: { standing: 'behind', branch: 'main', localChanges: 2, sentence: 'There is a newer launcher. 2 files were changed by hand.' },
    mayDropCaches: false,
  },
}

/** A Spark that says little: no driver, no records, nothing looked at slowly yet. */
export const quietMachine: MachineShape = {
  ...secondMachine,
  gpu: { loadPercent: null, temperatureC: null, powerW: null, smMHz: null },
  gpuName: null,
  driver: null,
  well: {
    state: 'unwell',
    sentence: 'The GPU driver of spark-2 does not answer. A restart of the machine usually mends it.',
    notes: [],
  },
  memoryParts: {
    totalBytes: 128 * GB,
    engineBytes: null,
    servicesBytes: null,
    restBytes: 10 * GB,
    reclaimableBytes: 22 * GB,
    freeBytes: 96 * GB,
    sentence:
      'Of 128 GB, programs and the system hold 10 GB; 22 GB hold files and are given back when something needs them; 96 GB are free.',
  },
  gpuClock: null,
  fabric: null,
  links: [],
  boots: null,
  kernel: null,
  slow: null,
  keyAccepted: null,
}

export const droppedMachine: MachineShape = {
  ...machine,
  dropped: {
    at: before(12),
    freeBefore: 9 * GB,
    freeAfter: 30 * GB,
    filesBefore: 22 * GB,
    filesAfter: 1 * GB,
    sentence: '30 GB are free now; 9.0 GB were before.',
  },
}

const id = (letter: string): string => letter.repeat(40)
export const launcherChanges: LauncherChangesView = {
  machine: machine.id,
  path: '/home/alice/spark-vllm-docker',
  head: id('0'),
  target: id('9'),
  commits: [
    { id: id('9'), date: '2026-11-12', subject: 'Pull a newer image by default' },
    { id: id('8'), date: '2026-11-02', subject: 'Clear the entrypoint also where a mod sets it; a subject that is rather long and wraps' },
  ],
  refusal: null,
}
