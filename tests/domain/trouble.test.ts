import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cleanLine, redact } from '../../server/domain/clean-line.ts'
import { findTelling, lastWords, memoryFound } from '../../server/domain/trouble.ts'

describe('the line that tells', () => {
  test.each([
    [
      'memory_short',
      'ValueError: Free memory on device cuda:0 (74.9/121.7 GiB) on startup is less than desired GPU memory utilization (0.9, 109.5 GiB)',
    ],
    ['kv_cache_negative', 'Available KV cache memory: -2.26 GiB'],
    ['image_missing', "Unable to find image 'vllm-node:latest' locally"],
    ['image_missing', "Error: Could not inspect image 'vllm-node' on worker node (192.0.2.12)."],
    ['image_differs', 'Error: Docker image mismatch on worker node (192.0.2.12):'],
    ['docker_permission', 'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock'],
    ['docker_down', 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?'],
    ['worker_refused', 'Error: Passwordless SSH to 192.0.2.12 failed.'],
    ['worker_refused', 'ssh: connect to host 192.0.2.12 port 22: Connection refused'],
    ['links_wrong', 'Error: Unexpected number of active CX7 interfaces (3). Expected 2 (non-mesh) or 4 (mesh).'],
    ['links_wrong', 'Error: No active IB interfaces found.'],
    ['links_wrong', 'Error: Interfaces enp1s0f0np0 and enP2p1s0f0np0 share the same subnet (192.0.2.0/24)'],
    ['mod_failed', 'Error: Patch script failed on 192.0.2.20'],
    ['start_raced', 'Cluster containers are already running. Skipping launch.'],
    ['start_raced', 'docker: Error response from daemon: Conflict. The container name "/vllm_node" is already in use by container "7f".'],
    ['engine_killed', 'sending SIGTERM to process 4242 uid 0 "VLLM::EngineCor": badness 903, VmRSS 41213 MiB'],
    ['memory_ran_out', 'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB.'],
    ['port_in_use', "OSError: [Errno 98] Address already in use: ('0.0.0.0', 8000)"],
    ['flag_refused', 'vllm: error: unrecognized arguments: --speculate 4'],
    ['model_files_missing', 'FileNotFoundError: No such file or directory: "model-00002-of-00002.safetensors" (a/b)'],
    [
      'model_files_missing',
      "OSError: We couldn't connect to 'https://huggingface.co' to load the files, and couldn't find them in the cached files.",
    ],
    ['model_not_readable', 'ValueError: Unrecognized model in /m/x. Should have a `model_type` key in its config.json.'],
    ['start_failed', 'Error: Command requires 4 nodes (tp=4) but only 2 node(s) are configured.'],
    ['engine_died', 'torch.AcceleratorError: CUDA error: unspecified launch failure'],
    ['engine_died', 'RuntimeError: Worker proc VllmWorker-1 died unexpectedly, shutting down executor.'],
    ['engine_died', 'Engine core initialization failed. Failed core proc(s): {}'],
  ])('is %s for: %s', (code, line) => {
    const general = 'Engine core initialization failed. See root cause above.'
    expect(findTelling(['INFO something', line, general])).toMatchObject({ code, line })
  })

  test('is told without what a log puts before it, and is found in the log as it is told', () => {
    const text = 'ValueError: No available memory for the cache blocks.'
    for (const before of [
      '(EngineCore pid=652) ERROR 09-14 12:00:00 [core.py:936] ',
      '(APIServer pid=539) ',
      'ERROR 09-14 12:00:00 [a.py:1] ',
      '',
    ]) {
      expect(findTelling([before + text])?.line).toBe(text)
      expect(lastWords([`${before}bye`])).toBe('bye')
    }
  })

  test('names the machine and the image where it can', () => {
    expect(findTelling(['Error: Passwordless SSH to 192.0.2.12 failed.'])?.address).toBe('192.0.2.12')
    expect(findTelling(["Unable to find image 'vllm-node:latest' locally"])?.image).toBe('vllm-node')
  })

  test('gives the two figures of the check at start in bytes', () => {
    const line = 'Free memory on device cuda:0 (74.9/121.7 GiB) on startup is less than desired GPU memory utilization (0.9, 109.5 GiB)'
    expect(memoryFound(line)).toEqual({ freeBytes: 74.9 * 2 ** 30, wantedBytes: 109.5 * 2 ** 30 })
    expect(memoryFound('Free memory')).toBeNull()
  })

  test('is the exact one, not the general one that follows it', () => {
    expect(findTelling(['Available KV cache memory: -2.26 GiB', 'RuntimeError: Engine core initialization failed.'])?.code).toBe(
      'kv_cache_negative',
    )
  })

  test('is the last words when no sign is known, without progress bars', () => {
    expect(findTelling(['hello', 'bye'])).toBeNull()
    expect(lastWords(['hello', 'bye', 'Fetching:  12%|#'])).toBe('bye')
    expect(lastWords([])).toBe('It printed nothing.')
  })
})

describe('what is stored of an output', () => {
  test.each([
    '-e HF_TOKEN=hf_abcdefghijklmnop',
    'Docker Args: -e OPENAI_API_KEY=sk-abcdefghijk12345',
    'Authorization: Bearer abcdefghijklmnop',
    "PASSWORD='open sesame'",
  ])('never holds the secret of: %s', (line) => {
    expect(redact(line)).toContain('[hidden]')
    expect(redact(line)).not.toMatch(/abcdefgh|open sesame/)
  })

  test('holds no control character and no terminal escape, whatever came', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => !/(?!\t)[\p{Cc}]/u.test(cleanLine(text))))
    expect(cleanLine('\u001b[31mred\u001b[0m \u001b]0;title\u0007 end')).toBe('red  end')
  })

  test('is cut at 2,000 characters', () => {
    expect(cleanLine('x'.repeat(5000)).length).toBeLessThanOrEqual(2003)
  })
})
