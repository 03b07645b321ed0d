// curl, as far as the Hub is asked with it: what a model is (/api/models/...), and whether a file of it may be fetched.
import type { Sim, Tool } from '../sim.ts'
import { snapshotOf } from '../snapshot.ts'
import type { SimModel } from '../types.ts'
import { onHub } from './hf-download.ts'

export const curl: Tool = async (sim, call, io) => {
  const node = sim.node(call.node)
  const url = call.argv.find((word) => /^https?:\/\//.test(word))
  const format = call.argv[call.argv.indexOf('-w') + 1] ?? ''
  await sim.wait(node, 200, io.signal)
  if (url === undefined) {
    io.err('curl: (6) Could not resolve host: huggingface.co\n')
    io.out(format.replace('\\n', '\n').replace('%{http_code}', '000'))
    return 6
  }
  const hasToken = (call.env['FAKE_CURL_HEADER'] ?? '').startsWith('Authorization: Bearer ')
  const { status, body } = answer(sim, call.node, new URL(url).pathname, hasToken)
  if (!call.argv.includes('-I')) io.out(body)
  io.out(format.replace('\\n', '\n').replace('%{http_code}', String(status)))
  return 0
}

/** The Hub as that node meets it; a word for the description, a status for the file. */
export function answer(
  sim: Pick<Sim, 'options' | 'nodes' | 'faults'>,
  node: string,
  path: string,
  hasToken: boolean,
): { status: number; body: string } {
  const [, about] = /^\/api\/models\/(.+)\/revision\/[^/]+$/.exec(path) ?? []
  const [, file] = /^\/(.+)\/resolve\/[^/]+\/.+$/.exec(path) ?? []
  const model = onHub(sim, about ?? file ?? '')
  if (model === undefined) return { status: hasToken ? 404 : 401, body: '{"error":"Repository not found"}' }
  if (about !== undefined) return { status: 200, body: JSON.stringify(describe(model)) }
  if (sim.faults.isOn('F18', node)) return { status: 403, body: '' }
  return { status: model.gated === true && !hasToken ? 401 : 307, body: '' }
}

function describe(model: SimModel): object {
  const { revision, files } = snapshotOf({ ...model, state: 'complete' })
  const siblings = files.map(({ name, sizeBytes, text, blob }) =>
    text === null
      ? { rfilename: name, size: sizeBytes, blobId: blob.slice(0, 40), lfs: { sha256: blob, size: sizeBytes, pointerSize: 136 } }
      : { rfilename: name, size: sizeBytes, blobId: blob },
  )
  return { id: model.repo, sha: revision, private: false, gated: model.gated === true ? 'manual' : false, siblings }
}
