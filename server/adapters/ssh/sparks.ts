// The machines over SSH: the port `Sparks`. Each call is one script over one channel of the machine's one connection.
import type { BotSparks } from '../../app/bot-ports.ts'
import type { DownloadSparks } from '../../app/download-ports.ts'
import type { LogSparks } from '../../app/log-ports.ts'
import type { InspectSparks } from '../../app/machine-ports.ts'
import type { Clock, Log, Sparks } from '../../app/ports.ts'
import type { ServiceSparks } from '../../app/service-ports.ts'
import type { StreamSparks } from '../../app/stream-ports.ts'
import { createBotSparks } from './bots.ts'
import { readHostKey } from './client.ts'
import { createConnections } from './connections.ts'
import { readDownload, readHubLook, readRemoval } from './download-answer.ts'
import { createRunScript } from './exec.ts'
import { readInspection, readLauncherChanges } from './inspect-answer.ts'
import { readJob, readWatch, refuseUnlessDone } from './job-answer.ts'
import { publicFingerprint } from './key-pair.ts'
import { readLauncherFiles } from './launcher-files-answer.ts'
import { readLogAnswer } from './log-answer.ts'
import { streamLog } from './log-stream.ts'
import { createMemoryStream } from './memory-stream.ts'
import { readObservation } from './probe-answer.ts'
import { readScan } from './scan-answer.ts'
import { hubAnswerBytes, hubLookScript, readDownloadScript, removeModelScript, startDownloadScript } from './scripts/download.ts'
import { startFreeJobScript } from './scripts/free-job.ts'
import { inspectScript, launcherChangesScript } from './scripts/inspect.ts'
import { endJobScript, readJobScript, startJobScript, takeFenceScript } from './scripts/job.ts'
import { endSeconds } from './scripts/job-functions.ts'
import { launcherFilesMaxBytes, launcherFilesScript, launcherFilesTimeoutMs } from './scripts/launcher-files.ts'
import { pieceBytes, readLogScript, readSeconds, searchLogScript, searchSeconds } from './scripts/log.ts'
import { probeScript } from './scripts/probe.ts'
import { scanScript } from './scripts/scan.ts'
import { surveyScript } from './scripts/survey.ts'
import { watchScript } from './scripts/watch.ts'
import { readSurvey } from './survey-answer.ts'

/** A hub of a thousand models on a slow disk is still read in this time, ms. */
const scanTimeoutMs = 120_000
/** Tokenizers of 300 models with two hundred kilobytes each, twice. It is held in memory, once per machine. */
const scanMaxBytes = 128 * 1024 * 1024
/** Several logins to other machines are tried, ms. */
const surveyTimeoutMs = 45_000
/** A group is asked to end, waited for and killed, ms. */
const endTimeoutMs = (endSeconds + 15) * 1000

/** The launcher's origin may be slow to answer, ms. */
const inspectTimeoutMs = 40_000
const fetchTimeoutMs = 90_000
/** The Hub may be slow to answer, ms. */
const hubTimeoutMs = 40_000
/** A terabyte of blobs is unlinked in this time, ms. */
const removalTimeoutMs = 180_000

interface Needs {
  readonly clock?: Pick<Clock, 'now'>
  /** The appliance's private key, OpenSSH form; read at each use. */
  readonly privateKey: () => string
  readonly log: Log
}

export function createSparks({
  clock = { now: Date.now },
  privateKey,
  log,
}: Needs): Sparks & DownloadSparks & ServiceSparks & StreamSparks & InspectSparks & LogSparks & BotSparks & { close(): void } {
  const connections = createConnections({ privateKey })
  const run = createRunScript(connections)
  return {
    async probe(machine, watch, signal) {
      return readObservation(machine, await run(machine, probeScript(machine, watch), { signal }), watch, clock.now())
    },
    async scan(machine, signal) {
      const began = clock.now()
      const folders = readScan(await run(machine, scanScript(machine), { signal, timeoutMs: scanTimeoutMs, maxBytes: scanMaxBytes }))
      log.info('model folders read', { machine: machine.name, folders: folders.length, tookMs: clock.now() - began })
      return folders
    },
    async launcherFiles(machine, signal) {
      const options = { signal, maxBytes: launcherFilesMaxBytes, timeoutMs: launcherFilesTimeoutMs }
      return readLauncherFiles(await run(machine, launcherFilesScript(machine), options))
    },
    async survey(machine, image, peers, signal) {
      return readSurvey(
        machine,
        image,
        peers,
        await run(machine, surveyScript(machine, image, peers), { signal, timeoutMs: surveyTimeoutMs }),
      )
    },
    async inspect(machine, order, signal) {
      const answer = await run(machine, inspectScript(machine, order), { signal, timeoutMs: inspectTimeoutMs })
      return readInspection(order, answer, clock.now(), publicFingerprint(privateKey()))
    },
    async launcherChanges(machine, signal) {
      return readLauncherChanges(await run(machine, launcherChangesScript(machine), { signal, timeoutMs: fetchTimeoutMs }))
    },
    hostKey: (address, port, signal) => readHostKey(address, port, signal ?? new AbortController().signal),
    async takeFence(machine, record, signal) {
      refuseUnlessDone(machine, await run(machine, takeFenceScript(record), { signal, control: true }))
    },
    async startJob(machine, order, signal) {
      refuseUnlessDone(machine, await run(machine, startJobScript(order), { signal, control: true }))
    },
    async readJob(machine, key, offset, signal) {
      return readJob(machine, await run(machine, readJobScript(key, offset), { signal, control: true }), offset)
    },
    async endJob(machine, key, signal) {
      refuseUnlessDone(machine, await run(machine, endJobScript(key), { signal, control: true, timeoutMs: endTimeoutMs }))
    },
    async watch(machine, order, signal) {
      return readWatch(machine, await run(machine, watchScript(order), { signal }), order)
    },
    async hubLook(machine, ask, signal) {
      return readHubLook(await run(machine, hubLookScript(machine, ask), { signal, timeoutMs: hubTimeoutMs, maxBytes: 2 * hubAnswerBytes }))
    },
    async startDownload(machine, order, signal) {
      refuseUnlessDone(machine, await run(machine, startDownloadScript(machine, order), { signal }))
    },
    async startFreeJob(machine, order, signal) {
      refuseUnlessDone(machine, await run(machine, startFreeJobScript(order), { signal }))
    },
    async readDownload(machine, look, signal) {
      return readDownload(machine, await run(machine, readDownloadScript(look), { signal }), look.job?.offset ?? null)
    },
    async removeModel(machine, repo, partsOnly, signal) {
      return readRemoval(machine, await run(machine, removeModelScript(machine, repo, partsOnly), { signal, timeoutMs: removalTimeoutMs }))
    },
    ...createBotSparks(run),
    ...createMemoryStream(connections, clock.now),
    async readLog(machine, source, order, signal) {
      const options = { signal, maxBytes: 2 * pieceBytes, timeoutMs: (readSeconds + 6) * 1000 }
      return readLogAnswer(machine, source, await run(machine, readLogScript(source, order), options))
    },
    async searchLog(machine, source, words, lines, signal) {
      const options = { signal, maxBytes: 2 * pieceBytes, timeoutMs: (searchSeconds + readSeconds + 6) * 1000 }
      return readLogAnswer(machine, source, await run(machine, searchLogScript(source, words, lines), options))
    },
    streamLog: (machine, source, order, hear, signal) => streamLog({ machine, privateKey: privateKey(), source, order, hear, signal }),
    forget: (machine) => connections.forget(machine),
    close: () => connections.close(),
  }
}
