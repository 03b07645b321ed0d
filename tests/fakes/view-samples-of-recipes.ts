// Samples of recipes while they are written, and of their versions.
import type { RecipeDraftView, RecipeVersionView } from '../../server/contract/operations/draft-shapes.ts'
import { before, GB, qwen } from './view-samples.ts'

const text = `model: ${qwen}
title: Long documents
nodes: 1
flags:
  - name: max-model-len
    value: 65536
    reason: Long documents
    source: your own recipe
  - name: gpu-memory-utilization
    value: 0.8
    reason: A Spark shares its memory with the system.
env:
  VLLM_LOGGING_LEVEL: INFO
`

export const draftSample: RecipeDraftView = {
  id: 'd1a2b3c4d5e6',
  model: qwen,
  recipe: `owner:${qwen}`,
  base: 3,
  newest: 3,
  revision: 4,
  text,
  form: {
    title: 'Long documents',
    description: '',
    nodes: '1',
    image: '',
    port: '',
    flags: [
      { name: 'max-model-len', value: '65536', reason: 'Long documents', at: 0 },
      { name: 'gpu-memory-utilization', value: '0.8', reason: 'A Spark shares its memory with the system.', at: 1 },
    ],
    env: [{ name: 'VLLM_LOGGING_LEVEL', value: 'INFO' }],
  },
  troubles: [],
  memory: {
    fits: true,
    needBytes: 61 * GB,
    totalBytes: 128 * GB,
    sentence: 'It fits: 61 GB of 128 GB.',
    sum: 'Weights 23 GB + cache 24 GB (one request of 65,536 tokens) + start-up 6.0 GB + kept free 8.0 GB = 61 GB. Measured here in 3 starts.',
    warnings: [],
  },
  canUndo: true,
  canRedo: false,
  changedAt: before(40),
  parted: false,
  differences: [{ what: '--max-model-len', before: '32768', after: '65536' }],
}

/** A flag that the launch sets, one that nobody knows, and a share that is asked about. */
export const troubledDraft: RecipeDraftView = {
  ...draftSample,
  newest: 4,
  parted: true,
  form: {
    ...(draftSample.form as NonNullable<RecipeDraftView['form']>),
    port: 'eight',
    flags: [
      { name: 'host', value: '0.0.0.0', reason: 'You added it.', at: 0 },
      { name: 'max-modl-len', value: '65536', reason: 'You added it.', at: 1 },
      { name: 'gpu-memory-utilization', value: '0.93', reason: 'You changed it from 0.8.', at: 2 },
    ],
  },
  troubles: [
    { field: 'flags', name: 'host', line: 5, why: 'the launch sets it', kind: 'wrong' },
    { field: 'port', name: null, line: 3, why: 'a whole number from 1 to 65535 is needed, or nothing', kind: 'wrong' },
    {
      field: 'flags',
      name: 'max-modl-len',
      line: 8,
      why: 'no flag of vLLM with this name is known here; perhaps max-model-len is meant',
      kind: 'word',
    },
    {
      field: 'flags',
      name: 'gpu-memory-utilization',
      line: 11,
      why: 'above 0.85 a Spark runs short of memory itself and may freeze',
      kind: 'word',
    },
  ],
  memory: {
    fits: false,
    needBytes: 141 * GB,
    totalBytes: 128 * GB,
    sentence: 'It does not fit: 13 GB too much.',
    sum: 'Weights 71 GB + cache 56 GB (one request of 262,144 tokens) + start-up 6.0 GB + kept free 8.0 GB = 141 GB. Worked out from its files; the first start here measures it.',
    warnings: [
      'By our sum its cache of 12 GB holds 40960 tokens, not the 65536 of this recipe. vLLM may refuse to start; set max-model-len lower.',
    ],
  },
}

/** Half typed: no form can show it. */
export const brokenDraft: RecipeDraftView = {
  ...draftSample,
  text: text.replace('value: 65536', 'value: [65536'),
  form: null,
  troubles: [
    {
      field: null,
      name: null,
      line: 7,
      why: 'Not valid YAML: the blanks at the beginning of this line do not fit the lines around it, or a bracket is not closed',
      kind: 'wrong',
    },
  ],
  memory: null,
  differences: [],
}

const version: RecipeVersionView = {
  version: 3,
  title: 'Long documents',
  at: before(7200),
  by: 'owner',
  gone: false,
  cameFrom: 1,
  current: true,
  differences: [{ what: '--max-num-seqs', before: '8', after: null }],
  text,
}

export const versions: RecipeVersionView[] = [
  version,
  {
    ...version,
    version: 2,
    by: 'the file',
    at: before(90_000),
    cameFrom: null,
    current: false,
    differences: [
      { what: '--max-num-seqs', before: null, after: '8' },
      { what: '--max-model-len', before: '32768', after: '65536' },
    ],
  },
  { ...version, version: 1, at: before(180_000), cameFrom: null, current: false, differences: [] },
]
