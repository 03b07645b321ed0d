// Each row of the set-up check: one question, its answer in a sentence, one command.
import type { SurveyRow } from '../../app/ports.ts'
import { letGoCommand } from '../../domain/drop-caches.ts'
import { badDriver } from '../../domain/known-drivers.ts'
import type { Launcher, Machine } from '../../domain/machine.ts'
import type { DockerAnswer } from './docker-answer.ts'
import type { Answer } from './exec.ts'
import type { NetworkAnswer } from './network-answer.ts'
import { readDisk } from './probe-answer.ts'
import { quote } from './quote.ts'

/** Less free space than this on the disk of the cache is worth a warning, bytes. */
const lowDiskBytes = 100e9
/** vLLM's CUDA 13 images need a driver of at least this series. */
const oldestDriver = 580

const launcherSource = 'git clone https://github.com/eugr/spark-vllm-docker ~/spark-vllm-docker'

export interface SurveyFacts {
  readonly machine: Machine
  readonly image: string
  readonly peers: readonly string[]
  readonly answer: Answer
  readonly network: NetworkAnswer
  readonly dotenv: Readonly<Record<string, string>>
  readonly found: readonly string[]
  readonly launcher: Launcher | null
  readonly docker: DockerAnswer
}

type Said = Pick<SurveyRow, 'state' | 'sentence' | 'mend'>

const good = (sentence: string): Said => ({ state: 'good', sentence, mend: null })
const warning = (sentence: string, mend: string | null = null): Said => ({ state: 'warning', sentence, mend })
const missing = (sentence: string, mend: string): Said => ({ state: 'missing', sentence, mend })

const questions: readonly { readonly id: string; readonly title: string; readonly ask: (facts: SurveyFacts) => Said }[] = [
  { id: 'docker', title: 'Docker without sudo', ask: dockerRow },
  { id: 'launcher', title: 'Launcher', ask: launcherRow },
  { id: 'era', title: 'Age of the launcher', ask: eraRow },
  { id: 'image', title: 'Image', ask: imageRow },
  { id: 'cache', title: 'Model folder', ask: cacheRow },
  { id: 'dotenv', title: "The launcher's .env", ask: dotenvRow },
  { id: 'fabric', title: 'Address on the cable', ask: fabricRow },
  { id: 'peers', title: 'Other Sparks behind the cable', ask: peersRow },
  { id: 'head_ssh', title: 'SSH from here to the others', ask: headSshRow },
  { id: 'disk', title: 'Disk', ask: diskRow },
  { id: 'file_memory', title: 'Memory held by files', ask: fileMemoryRow },
  { id: 'uvx', title: 'uvx, for downloads', ask: uvxRow },
  { id: 'driver', title: 'GPU driver', ask: driverRow },
]

export function surveyRows(facts: SurveyFacts): SurveyRow[] {
  return questions.map(({ id, title, ask }) => ({ id, title, ...ask(facts) }))
}

function dockerRow({ docker, answer }: SurveyFacts): Said {
  const user = answer.text('user').trim() || '$USER'
  if (docker.containers !== null) return good(`Docker answers ${user} without sudo.`)
  if (docker.problem === 'permission') {
    return missing(`${user} may not use Docker yet. Log out and in again afterwards.`, `sudo usermod -aG docker ${quote(user)}`)
  }
  if (docker.problem === 'missing') return missing('Docker is not installed.', 'sudo apt-get install -y docker.io nvidia-container-toolkit')
  return missing('Docker is installed but does not answer.', 'sudo systemctl restart docker')
}

function launcherRow({ launcher, machine }: SurveyFacts): Said {
  if (launcher !== null) return good(`spark-vllm-docker is in ${launcher.path}.`)
  const where =
    machine.launcherPath === null ? 'No spark-vllm-docker was found.' : `There is no launch-cluster.sh in ${machine.launcherPath}.`
  return missing(where, launcherSource)
}

function eraRow({ launcher }: SurveyFacts): Said {
  if (launcher === null) return missing('It is not known before there is a launcher.', launcherSource)
  const update = `git -C ${quote(launcher.path)} pull`
  const dated = launcher.date === null ? 'Its date is not known' : `It is from ${launcher.date}`
  if (!launcher.carriesQuotes)
    return missing(`${dated} and changes what it is told to start (${launcher.era}). It must be updated.`, update)
  if (launcher.era === 'E2') return warning(`${dated} (${launcher.era}). It works; a newer one can do more.`, update)
  return good(`${dated} (${launcher.era}).`)
}

function imageRow({ answer, image, launcher, docker }: SurveyFacts): Said {
  const build = launcher === null ? launcherSource : `cd ${quote(launcher.path)} && ./build-and-copy.sh`
  if (docker.containers === null) return warning('It is not known before Docker answers.')
  if (answer.text('image_code') === '0') return good(`${image} is here.`)
  return missing(`The image ${image} is not on this machine.`, build)
}

function cacheRow({ answer }: SurveyFacts): Said {
  const cache = answer.text('cache')
  const models = answer.text('cache_found').trim().length
  const owner = answer.text('cache_foreign').trim()
  if (owner !== '') {
    const user = answer.text('user').trim()
    const whose = owner === user ? 'may not be written to' : `belongs to ${owner}, and ${user} may not write there`
    return warning(
      `${cache}, or a model in it, ${whose}. Models start from it, but downloads fail.`,
      `sudo chown -R ${quote(user)} ${quote(cache)} && chmod -R u+rwX ${quote(cache)}`,
    )
  }
  if (models > 0) return good(`${models === 1 ? 'One model folder' : `${models} model folders`} in ${cache}.`)
  if (answer.text('cache_there').trim() === 'yes') return warning(`${cache} holds no models yet.`)
  return warning(
    `There is no ${cache} yet. The first download makes it; if the models are elsewhere, set the folder on this machine's page.`,
    `mkdir -p ${quote(cache)}`,
  )
}

function dotenvRow({ dotenv, launcher }: SurveyFacts): Said {
  const keys = Object.keys(dotenv)
  if (keys.length > 0) return good(`Read: ${keys.slice(0, 12).join(', ')}.`)
  return good(
    launcher === null ? 'It is read once there is a launcher.' : 'There is none; none is needed, every start says all it needs itself.',
  )
}

function fabricRow({ network }: SurveyFacts): Said {
  if (network.fabricAddress !== null) return good(`${network.fabricAddress}.`)
  const name = network.links[0]
  if (name === undefined) return warning('No cable between Sparks is in use. Models that fit one Spark need none.')
  return warning(`The cable is up on ${name} but has no IPv4 address.`, `sudo nmcli device modify ${quote(name)} ipv4.method link-local`)
}

function peersRow({ found, network }: SurveyFacts): Said {
  if (found.length > 0) return good(`Seen: ${found.join(', ')}.`)
  if (network.links.length === 0) return warning('None: no cable is in use.')
  return warning('The cable is up, but nobody answers behind it.')
}

function headSshRow({ answer, peers }: SurveyFacts): Said {
  if (peers.length === 0) return good('There is no other machine to reach.')
  const failed = peers.filter((_, index) => answer.text(`peer ${index}_code`) !== '0')
  const first = failed[0]
  if (first === undefined) return good(`Reached without a password: ${peers.join(', ')}.`)
  const key = '[ -f ~/.ssh/id_ed25519 ] || ssh-keygen -t ed25519 -N "" -f ~/.ssh/id_ed25519'
  return missing(`This machine cannot log in to ${failed.join(', ')} without a password.`, `${key}; ssh-copy-id ${quote(first)}`)
}

function diskRow({ answer }: SurveyFacts): Said {
  const disk = readDisk(answer)
  if (disk === null) return warning('The free space could not be read.')
  const sentence = `${Math.round(disk.freeBytes / 1e9)} GB of ${Math.round(disk.totalBytes / 1e9)} GB free.`
  return disk.freeBytes < lowDiskBytes ? warning(`${sentence} A large model may not fit.`) : good(sentence)
}

/** What the one command with sudo needs (swap-room.ts). visudo refuses a line that is broken. */
function fileMemoryRow({ answer }: SurveyFacts): Said {
  if (answer.text('lets_go').trim() === 'yes') return good('A switch may let go of files held in memory before a start.')
  const user = answer.text('user').trim()
  const mend = letGoCommand(user)
  return warning(
    'Files read earlier can hold memory that a start needs. This line lets a switch free it first, and allows nothing else with sudo. Models start without it too; some images then find too little free.',
    mend,
  )
}

function uvxRow({ answer }: SurveyFacts): Said {
  const path = answer.text('uvx').trim()
  if (path !== '') return good(`${path}.`)
  return warning('It is not there. It is needed to download models, not to start them.', 'curl -LsSf https://astral.sh/uv/install.sh | sh')
}

function driverRow({ answer }: SurveyFacts): Said {
  const [name = '', driver = ''] =
    answer
      .text('gpu')
      .split('\n')[0]
      ?.split(',')
      .map((cell) => cell.trim()) ?? []
  if (answer.text('gpu_code') !== '0' || !/^\d+\./.test(driver))
    return missing('nvidia-smi does not answer: the GPU driver is not working.', 'sudo reboot')
  if (!/GB10/.test(name)) return warning(`${name}, driver ${driver}. This is not a GB10; what is known of Sparks may not hold.`)
  if (Number.parseInt(driver, 10) < oldestDriver)
    return warning(`${name}, driver ${driver}: older than ${oldestDriver}.`, 'sudo apt-get update && sudo apt-get full-upgrade')
  const bad = badDriver(driver)
  if (bad !== null) return warning(`${name}, driver ${driver}. With ${bad.series}, ${bad.why}. Go back to a ${bad.instead} driver.`)
  return good(`${name}, driver ${driver}.`)
}
