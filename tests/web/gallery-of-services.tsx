// Pages of services in their states.
import { tellError } from '../../server/contract/errors.ts'
import { botSample } from '../../server/contract/operations/bot-shapes.ts'
import {
  serviceActSample,
  serviceCandidateSample,
  serviceHistorySample,
  serviceSample,
  serviceTrialSample,
} from '../../server/contract/operations/service-samples.ts'
import type { ServiceView } from '../../server/contract/operations/service-shapes.ts'
import { HomePage } from '../../web/views/pages/home.tsx'
import { ServicePage } from '../../web/views/pages/service.tsx'
import { ServiceActPage } from '../../web/views/pages/service-act.tsx'
import { NewServicePage } from '../../web/views/pages/service-form.tsx'
import { ServicesPage } from '../../web/views/pages/services.tsx'
import * as house from '../fakes/view-samples.ts'
import type { Exhibit } from './exhibit.ts'

const now = Date.parse('2026-01-01T00:02:00.000Z')
const machines = [{ id: 'm1a2b3c4d5e6', name: 'spark-1' }]
const history = serviceHistorySample
const named = (id: string, name: string, change: Partial<ServiceView>): ServiceView => ({
  ...serviceSample,
  id,
  name,
  links: { self: `/api/services/${id}`, page: `/services/${id}` },
  ...change,
})
const silent = named('s2', 'Speech to text', {
  kind: 'stt',
  kindWord: 'Speech to text',
  state: 'unreachable',
  sentence: 'Speech to text does not answer: connection refused.',
  latencyMs: null,
  models: [],
})
const stopped = named('s3', 'Vector store', {
  kind: 'qdrant',
  kindWord: 'Vector store',
  state: 'stopped',
  sentence: 'Vector store is stopped.',
  latencyMs: null,
  models: [],
  acts: [{ kind: 'start', label: 'Start', consequence: 'It takes about 1 GB of spark-1.' }],
})
const restarting = named('s4', 'Text embedding', { state: 'starting', sentence: 'Restarting Text embedding.', act: serviceActSample })
const seenOnly = named('s5', 'Workshop server', {
  kind: 'vllm',
  kindWord: 'Another model server',
  machine: null,
  container: null,
  acts: [],
  state: 'busy',
  sentence: 'Workshop server is busy: requests wait.',
  doing: '4 requests in progress, 2 waiting',
  models: ['Qwen/Qwen3-8B'],
})
const off = named('s6', 'Redaction', { enabled: false, state: 'unknown', sentence: 'Redaction is switched off here and is not looked at.' })
const all = [serviceSample, silent, stopped, restarting, seenOnly, off]
const {
  title: _,
  status: __,
  act: ___,
  ...full
} = tellError('service_no_memory', { service: 'Text to speech', machine: 'spark-1', have: '9 GB', need: '11 GB' })
const page = { history, machines, now }
const asked = { kind: 'restart' as const, label: 'Restart', argv: ['docker', 'restart', '-t', '20', 'kokoro'], lock: house.freeLock, now }
const consequence = 'Text to speech on spark-1 is ended and started again. What it works on now is lost.'

export const serviceExhibits: readonly Exhibit[] = [
  { name: 'services', place: 'services', body: <ServicesPage services={all} now={now} /> },
  { name: 'services-empty', place: 'services', body: <ServicesPage services={[]} now={now} /> },
  { name: 'service', place: 'services', body: <ServicePage {...page} service={serviceSample} trial={serviceTrialSample} /> },
  {
    name: 'service-silent',
    place: 'services',
    body: (
      <ServicePage
        {...page}
        service={silent}
        trial={{ ...serviceTrialSample, ok: false, sentence: 'Speech to text did not do it: connection refused.', answer: null }}
        typed={{ port: 'eight' }}
        removal={{ wrong: true }}
      />
    ),
  },
  { name: 'service-acting', place: 'services', body: <ServicePage {...page} service={restarting} /> },
  { name: 'service-seen-only', place: 'services', body: <ServicePage {...page} service={seenOnly} history={{ changes: [], acts: [] }} /> },
  { name: 'service-act', place: 'services', body: <ServiceActPage {...asked} service={serviceSample} consequence={consequence} /> },
  {
    name: 'service-act-refused',
    place: 'services',
    body: <ServiceActPage {...asked} service={stopped} consequence={consequence} lock={house.reservation} trouble={full} />,
  },
  {
    name: 'service-new',
    place: 'services',
    body: <NewServicePage candidates={[serviceCandidateSample]} machines={machines} typed={{}} trouble={null} />,
  },
  {
    name: 'service-new-refused',
    place: 'services',
    body: <NewServicePage candidates={[]} machines={machines} typed={{ kind: 'tts', port: '8880' }} trouble={full} />,
  },
  {
    name: 'home-services',
    place: 'home',
    body: (
      <HomePage
        machines={[house.machine]}
        services={all}
        bots={[botSample]}
        recent={house.events}
        next={null}
        origin="http://192.0.2.5:9999"
        now={now}
        status={house.status}
      />
    ),
  },
]
