// What docker said: containers, why it did not answer, and whether a vllm process lives in a container.

import { plainWord } from '../../domain/clean-line.ts'
import { publishedPorts } from '../../domain/container-ports.ts'
import type { Container, DockerProblem } from '../../domain/machine.ts'
import type { Answer } from './exec.ts'

export interface DockerAnswer {
  readonly containers: readonly Omit<Container, 'serving'>[] | null
  readonly problem: DockerProblem | null
}

/** The sections docker and docker_code: `docker ps -a --format '{{json .}}'`. */
export function readDocker(answer: Answer): DockerAnswer {
  const text = answer.text('docker')
  if (answer.text('docker_code') !== '0') return { containers: null, problem: problemOf(text, answer.text('docker_code')) }
  const containers = jsonRows(text).map((row) => ({
    name: word(row, 'Names'),
    image: word(row, 'Image'),
    state: word(row, 'State'),
    status: word(row, 'Status'),
    ports: publishedPorts(word(row, 'Ports')),
  }))
  return { containers, problem: null }
}

function problemOf(text: string, code: string): DockerProblem {
  if (/permission denied/i.test(text)) return 'permission'
  if (code === '127' || /command not found|no such file or directory.*docker$/i.test(text)) return 'missing'
  // Also for a daemon that does not answer in time: it is of no use either way.
  return 'not_running'
}

/** A table of `docker top` (as `ps -ef` writes it) to the argv text of a live `vllm serve`, null when there is none. */
export function readServing(text: string): string | null {
  const [header = '', ...rows] = text.split('\n')
  const columns = header.trim().split(/\s+/)
  const at = columns.findIndex((name) => name === 'CMD' || name === 'COMMAND')
  if (at < 0) return null
  const before = new RegExp(`^\\s*(?:\\S+\\s+){${at}}`)
  const commands = rows.flatMap((row) => (before.test(row) ? [row.replace(before, '').trim()] : []))
  return commands.find(isServing) ?? null
}

// A shell whose words mention vllm may outlive it, and a search for it is not it: only vllm itself or a python that runs it counts.
const servingPattern =
  /^(?:\S*\/)?(?:python[\d.]*\s+(?:-\S+\s+)*)?(?:(?:\S*\/)?vllm\s+serve(?:\s|$)|-m\s+vllm\.entrypoints\.|vllm\.entrypoints\.openai)/

function isServing(command: string): boolean {
  return servingPattern.test(command.replace(/-m\s+(?=vllm\.entrypoints)/, ''))
}

/** Lines of `--format '{{json .}}'`; other lines (warnings of docker) are left out. */
export function jsonRows(text: string): Record<string, unknown>[] {
  return text.split('\n').flatMap((line) => {
    if (!line.startsWith('{')) return []
    try {
      return [JSON.parse(line) as Record<string, unknown>]
    } catch {
      return []
    }
  })
}

export function word(row: Record<string, unknown>, key: string): string {
  const value = row[key]
  return typeof value === 'string' ? plainWord(value) : ''
}
