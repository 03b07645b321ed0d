// What the download scripts answered.
import type { Removal } from '../../app/download-ports.ts'
import type { JobReading } from '../../app/ports.ts'
import type { HubLook, HubSaid } from '../../domain/download-ground.ts'
import { readHubAnswer } from '../../domain/hub-answer.ts'
import type { Machine } from '../../domain/machine.ts'
import type { Answer } from './exec.ts'
import { readJob } from './job-answer.ts'
import { readDisk } from './probe-answer.ts'
import { unreadable } from './ssh-error.ts'

const orNull = (text: string): string | null => (text.trim() === '' ? null : text.trim())

export function readHubLook(answer: Answer): HubLook {
  const [path, owner] = answer.text('unwritable').trim().split('\n')
  return {
    cachePath: answer.text('cache').replace(/\/+$/, ''),
    user: answer.text('user').trim(),
    home: answer.text('home').replace(/\/+$/, ''),
    unwritable: path === undefined || path === '' ? null : { path, owner: owner ?? 'another user' },
    freeBytes: readDisk(answer)?.freeBytes ?? null,
    uvx: orNull(answer.text('uvx')),
    hf: orNull(answer.text('hf')),
    script: orNull(answer.text('script')),
    hasToken: answer.text('token').includes('yes'),
    blobs: answer
      .text('blobs')
      .split('\n')
      .flatMap((line) => {
        const [, size, name] = /^(\d+) (.+)$/.exec(line) ?? []
        return size === undefined || name === undefined ? [] : [{ name, sizeBytes: Number(size) }]
      }),
    busy: answer.text('busy').trim() !== '',
    hub: readHub(answer),
  }
}

function readHub(answer: Answer): HubSaid | null {
  const endpoint = answer.text('endpoint').trim()
  if (endpoint === '') return null
  const about = withStatus(answer.text('about'))
  const text = about.text.slice(Math.max(0, about.text.indexOf('{')))
  return {
    endpoint,
    status: about.status,
    answer: about.status === 200 ? readHubAnswer(text) : null,
    fileStatus: withStatus(answer.text('file')).status,
  }
}

/** curl writes the status after the body; 0 or nothing: it did not get one. */
function withStatus(text: string): { text: string; status: number } {
  const at = text.lastIndexOf('\nspark-control-status ')
  if (at < 0) return { text, status: 0 }
  const status = Number.parseInt(text.slice(at + '\nspark-control-status '.length), 10)
  return { text: text.slice(0, at), status: Number.isNaN(status) ? 0 : status }
}

export function readDownload(machine: Machine, answer: Answer, offset: number | null): { job: JobReading | null; bytes: number } {
  const bytes = Number(answer.text('bytes').trim() || '0')
  if (!Number.isFinite(bytes)) throw unreadable(machine, 'the number of bytes is missing')
  return { job: offset === null ? null : readJob(machine, answer, offset), bytes }
}

const outcomes = ['removed', 'absent', 'outside', 'busy', 'denied'] as const

export function readRemoval(machine: Machine, answer: Answer): Removal {
  const outcome = outcomes.find((one) => one === answer.text('outcome').trim())
  if (outcome === undefined) throw unreadable(machine, 'it is not known what was removed')
  return {
    outcome,
    bytes: Math.max(0, Number(answer.text('bytes').trim()) || 0),
    words: answer.text('words').trim().slice(0, 300),
    user: answer.text('user').trim(),
    cachePath: answer.text('cache').trim(),
  }
}
