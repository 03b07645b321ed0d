// Bots over SSH: each by its own user's login.
import type { BotSparks } from '../../app/bot-ports.ts'
import type { BotJob, BotLook, BotVersion } from '../../domain/bot.ts'
import { plainWord } from '../../domain/clean-line.ts'
import { isAskedExit } from '../../domain/service-container.ts'
import type { Answer, RunScript } from './exec.ts'
import { refuseUnlessDone } from './job-answer.ts'
import { botLookScript, startBotScript } from './scripts/bot.ts'

const lookTimeoutMs = 25_000

export function createBotSparks(run: RunScript): BotSparks {
  return {
    async lookAtBot(machine, bot, signal) {
      const answer = await run(machine, botLookScript(bot), { signal, timeoutMs: lookTimeoutMs })
      const seen = bot.runs === 'container' ? readContainer(answer) : readUnit(answer)
      return { ...seen, version: bot.folder === null ? null : readVersion(answer), job: readBotJob(answer) }
    },
    async startBotJob(machine, bot, act, signal) {
      refuseUnlessDone(machine, await run(machine, startBotScript(bot, act), { signal, control: true }))
    },
  }
}

type Seen = Pick<BotLook, 'state' | 'seen' | 'crashed'>

const seenAs = (state: Seen['state'], seen: string, crashed = false): Seen => ({ state, seen, crashed })

function readContainer(answer: Answer): Seen {
  const text = answer.text('container').trim()
  if (answer.text('container_code') !== '0') return seenAs('unknown', lastLine(text) || 'docker does not answer')
  const [word = '', code = ''] = text.split('|')
  if (word === 'running') return seenAs('running', word)
  if (word === 'restarting') return seenAs('degraded', `it starts again and again, and ended with code ${plainWord(code)} last`)
  if (word === 'created') return seenAs('stopped', 'it was made and never started')
  return seenAs('stopped', `${plainWord(word)} (${plainWord(code)})`, word === 'exited' && !isAskedExit(Number(code)))
}

function readUnit(answer: Answer): Seen {
  const text = answer.text('unit')
  if (answer.text('unit_code') !== '0') return seenAs('unknown', lastLine(text) || 'systemd does not answer')
  const value = (name: string): string => plainWord(new RegExp(`^${name}=(.*)$`, 'm').exec(text)?.[1] ?? '')
  const [load, active, sub] = [value('LoadState'), value('ActiveState'), value('SubState')]
  if (load === 'not-found') return seenAs('unknown', 'there is no such unit')
  const seen = `${active} (${sub})`
  if (active === 'active') return seenAs('running', seen)
  if (sub === 'auto-restart') return seenAs('degraded', 'it starts again and again')
  return seenAs(active === 'activating' || active === 'reloading' ? 'starting' : 'stopped', seen, active === 'failed')
}

const lastLine = (text: string): string => plainWord(text.trim().split('\n').at(-1) ?? '').slice(0, 300)

function readVersion(answer: Answer): BotVersion | null {
  if (answer.text('version_code') !== '0') return null
  const [commit = '', date = '', subject = ''] = answer.text('version').split('\n').map(plainWord)
  const behind = answer.text('behind_code') === '0' ? Number(answer.text('behind').trim()) : Number.NaN
  return { commit, date, subject, behind: Number.isInteger(behind) ? behind : null }
}

function readBotJob(answer: Answer): BotJob | null {
  const id = answer.text('act').trim()
  const kind = /^(update|restart)-[a-z0-9]+$/.exec(id)?.[1]
  if (kind !== 'update' && kind !== 'restart') return null
  const [word = '', code = ''] = answer.text('job').trim().split(' ')
  const state = word === 'running' || word === 'ended' ? word : 'lost'
  return { id, kind, state, exitCode: state === 'ended' && code !== '' ? Number(code) : null, text: answer.text('job_log') }
}
