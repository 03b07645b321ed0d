// What the job scripts answered.
import type { JobReading, WatchOrder, WatchReading } from '../../app/ports.ts'
import { SparkError } from '../../contract/errors.ts'
import type { Machine } from '../../domain/machine.ts'
import { readDocker, readServing } from './docker-answer.ts'
import type { Answer } from './exec.ts'
import { readMemory } from './probe-answer.ts'
import { fenceExitCode, lockedExitCode } from './scripts/job-functions.ts'
import { unreadable } from './ssh-error.ts'

const states = ['absent', 'running', 'ended', 'lost'] as const

/** Throws what kept a fence from being taken or a job from being started. */
export function refuseUnlessDone(machine: Machine, answer: Answer): void {
  if (answer.code === 0) return
  const problem = answer.text('problem').trim()
  if (answer.code === fenceExitCode) {
    const [fence, appliance = 'unknown'] = problem.split(' ')
    throw new SparkError('fence_refused', { machine: machine.name, appliance, fence: Number(fence) })
  }
  if (answer.code === lockedExitCode) throw new SparkError('machine_timeout', { machine: machine.name, seconds: 8 })
  throw unreadable(machine, `its folder ~/.spark-control could not be written (${problem.slice(-200) || `exit code ${answer.code}`})`)
}

export function readJob(machine: Machine, answer: Answer, offset: number): JobReading {
  const [word = '', code = ''] = answer.text('job').trim().split(' ')
  const state = states.find((one) => one === word)
  if (state === undefined) throw unreadable(machine, 'the state of a job is missing')
  const { text, nextOffset } = piece(answer.bytes('job_log'), offset)
  return { state, exitCode: state === 'ended' && code !== '' ? Number(code) : null, text, nextOffset }
}

export function readWatch(machine: Machine, answer: Answer, order: WatchOrder): WatchReading {
  const docker = readDocker(answer)
  const container = docker.containers?.find((one) => one.name === order.containerName)
  const log = piece(answer.bytes('log'), order.logOffset)
  const memory = readMemory(machine, answer)
  return {
    bootId: answer.text('boot_id').trim(),
    job: order.job === null ? null : readJob(machine, answer, order.job.offset),
    container: docker.containers === null ? null : (container?.state ?? 'absent'),
    serving: readServing(answer.text('top')),
    log: log.text,
    nextLogOffset: log.nextOffset,
    availableBytes: memory.availableBytes,
    freeBytes: memory.freeBytes,
  }
}

/** A piece of a log that may have been cut inside a character: the cut bytes are left for the next reading. */
function piece(bytes: Buffer, offset: number): { text: string; nextOffset: number } {
  const whole = bytes.subarray(0, bytes.length - cutTail(bytes))
  return { text: whole.toString('utf8'), nextOffset: offset + whole.length }
}

/** Length of an unfinished UTF-8 character at the end; 0 when that is all there is, so that broken bytes cannot stop the reading. */
function cutTail(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length - 1); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0
    if (byte < 0x80) return 0
    if (byte >= 0xc0) return lengthOf(byte) > back ? back : 0
  }
  return 0
}

function lengthOf(lead: number): number {
  if (lead >= 0xf0) return 4
  return lead >= 0xe0 ? 3 : 2
}
