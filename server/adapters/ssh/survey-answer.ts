// The set-up check as rows: what was found, and the command that mends it.
import type { Survey } from '../../app/ports.ts'
import type { Machine } from '../../domain/machine.ts'
import { jsonRows, readDocker, word } from './docker-answer.ts'
import type { Answer } from './exec.ts'
import { readLauncher } from './launcher-answer.ts'
import { readNetwork } from './network-answer.ts'
import { surveyRows } from './survey-rows.ts'

export function readSurvey(machine: Machine, image: string, peers: readonly string[], answer: Answer): Survey {
  const network = readNetwork(answer)
  const dotenv = readDotenv(answer.text('dotenv'))
  const images = readImages(answer)
  const found = neighbours(
    answer,
    network.addresses.map((one) => one.address),
    dotenv,
  )
  const launcher = readLauncher(answer)
  const docker = readDocker(answer)
  return {
    rows: surveyRows({ machine, image, peers, answer, network, dotenv, found, launcher, docker }),
    dotenv,
    peers: found,
    fabricAddress: network.fabricAddress,
    images,
  }
}

/** KEY=value lines as the launcher reads them: comments and blank lines apart, one pair of quotes taken off. */
function readDotenv(text: string): Record<string, string> {
  const pairs = [...text.matchAll(/^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)$/gm)].map(([, key = '', value = '']) => {
    const bare = value.trim()
    return [key, /^(["'])(.*)\1$/.exec(bare)?.[2] ?? bare.replace(/\s+#.*$/, '')] as const
  })
  // Tokens are not settings; they stay on the machine.
  return Object.fromEntries(pairs.filter(([key]) => !/TOKEN|SECRET|PASSWORD|(^|_)KEY$/.test(key)))
}

function readImages(answer: Answer): Survey['images'] {
  if (answer.text('images_code') !== '0') return []
  return jsonRows(answer.text('images')).flatMap((row) => {
    const [repository, tag, id] = ['Repository', 'Tag', 'ID'].map((key) => word(row, key))
    return repository === undefined || id === undefined || repository === '<none>' || tag === '<none>'
      ? []
      : [{ ref: `${repository}:${tag}`, id }]
  })
}

/** Machines that answered on a fabric link, and those the launcher's .env names. */
function neighbours(answer: Answer, own: readonly string[], dotenv: Readonly<Record<string, string>>): string[] {
  const seen = [...answer.text('neighbours').matchAll(/^([\d.]+) .*lladdr .*(REACHABLE|STALE|DELAY|PROBE|PERMANENT)/gm)].map(
    (match) => match[1] ?? '',
  )
  const named = (dotenv['CLUSTER_NODES'] ?? '').split(',').map((one) => one.trim())
  return [...new Set([...named, ...seen])].filter((one) => /^\d+\.\d+\.\d+\.\d+$/.test(one) && !own.includes(one))
}
