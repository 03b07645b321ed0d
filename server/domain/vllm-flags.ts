// Flags of `vllm serve` by name, as of mid 2026, and the numbers that some of them take. A name that is not here may still be right
// for a newer image: it is asked about, not forbidden.

const names = `
additional-config aggregate-engine-logging all2all-backend allow-credentials allow-deprecated-quantization allowed-headers
allowed-local-media-path allowed-media-domains allowed-methods allowed-origins api-key api-server-count async-scheduling
attention-backend attention-config block-size calculate-kv-scales chat-template chat-template-content-format code-revision collect-detailed-traces
compilation-config config config-format context-length convert cp-kv-cache-interleave-size cpu-offload-gb cuda-graph-sizes
cudagraph-capture-sizes cudagraph-metrics data-parallel-address data-parallel-backend data-parallel-external-lb
data-parallel-hybrid-lb data-parallel-rank data-parallel-rpc-port data-parallel-size data-parallel-size-local
data-parallel-start-rank dbo-decode-token-threshold dbo-prefill-token-threshold dcp-kv-cache-interleave-size
decode-context-parallel-size default-chat-template-kwargs default-mm-loras device disable-access-log-for-endpoints
disable-cascade-attn disable-chunked-mm-input disable-custom-all-reduce disable-fastapi-docs disable-frontend-multiprocessing
disable-hybrid-kv-cache-manager disable-log-requests disable-log-stats disable-nccl-for-dp-synchronization
disable-sliding-window disable-uvicorn-access-log distributed-executor-backend distributed-timeout-seconds download-dir dtype
ec-transfer-config enable-auto-tool-choice enable-chunked-prefill enable-dbo enable-elastic-ep enable-eplb
enable-expert-parallel enable-flashinfer-autotune enable-force-include-usage enable-layerwise-nvtx-tracing
enable-log-deltas enable-log-outputs enable-log-requests enable-logging-iteration-details enable-lora enable-lora-bias
enable-mfu-metrics enable-mm-embeds enable-multimodal-encoder-data-parallel enable-offline-docs enable-prefix-caching
enable-prompt-embeds enable-prompt-tokens-details enable-request-id-headers enable-return-routed-experts
enable-server-load-tracking enable-sleep-mode enable-ssl-refresh enable-tokenizer-info-endpoint enforce-eager eplb-config
exclude-tools-when-tool-choice-none expert-placement-strategy fully-sharded-loras generation-config gpu-memory-utilization
grpc guided-decoding-backend h11-max-header-count h11-max-incomplete-event-size headless hf-config-path hf-overrides hf-token
host ignore-patterns interleave-mm-strings io-processor-plugin kernel-config kv-cache-dtype kv-cache-memory-bytes
kv-cache-metrics kv-cache-metrics-sample kv-events-config kv-offloading-backend kv-offloading-size kv-sharing-fast-prefill
kv-transfer-config language-model-only limit-mm-per-prompt linear-backend load-format log-config-file
log-error-stack logits-processor-pattern logits-processors logprobs-mode long-prefill-token-threshold lora-extra-vocab-size
lora-dtype lora-modules lora-target-modules mamba-backend mamba-block-size mamba-cache-dtype mamba-cache-mode mamba-ssm-cache-dtype
master-addr master-port max-cpu-loras max-cudagraph-capture-size max-log-len max-logprobs max-long-partial-prefills
max-lora-rank max-loras max-model-len max-num-batched-tokens max-num-partial-prefills max-num-seqs max-parallel-loading-workers
max-seq-len-to-capture media-io-kwargs middleware mm-encoder-attn-backend mm-encoder-only mm-encoder-tp-mode
mm-processor-cache-gb mm-processor-cache-type mm-processor-kwargs mm-shm-cache-max-object-size-mb mm-tensor-ipc model
model-impl model-loader-extra-config moe-backend mxfp4-backend mxfp4-layers nnodes node-rank no-async-scheduling
no-enable-chunked-prefill no-enable-flashinfer-autotune no-enable-log-requests no-enable-prefix-caching no-scheduler-reserve-full-isl
num-gpu-blocks-override num-lookahead-slots num-redundant-experts observability-config offload-backend
optimization-level otlp-traces-endpoint override-attention-dtype override-generation-config override-pooler-config
performance-mode pipeline-parallel-size pooler-config port prefill-context-parallel-size preemption-mode prefix-caching-hash-algo profiler-config
pt-load-map-location quantization ray-workers-use-nsight reasoning-config reasoning-parser reasoning-parser-plugin renderer-num-workers response-role
return-tokens-as-token-ids revision root-path rope-scaling rope-theta runner safetensors-load-strategy scheduler-cls scheduler-reserve-full-isl
scheduling-policy seed served-model-name show-hidden-metrics-for-version skip-mm-profiling skip-tokenizer-init
speculative-config spec-method spec-model spec-tokens ssl-ca-certs ssl-cert-reqs ssl-certfile ssl-ciphers ssl-keyfile stream-interval structured-outputs-config
swap-space task tensor-parallel-size tokenizer tokenizer-mode tokenizer-revision tokens-only tool-call-parser tool-parser-plugin
tool-server trust-remote-code trust-request-chat-template ubatch-size uds use-tqdm-on-load uvicorn-log-level video-pruning-rate
weight-transfer-config worker-cls worker-extension-cls
`

export const vllmFlags: readonly string[] = names.trim().split(/\s+/)
const known = new Set(vllmFlags)

/** `limit-mm-per-prompt.video` and `no-...` are said of a flag that is known. */
export function isVllmFlag(name: string): boolean {
  const [whole = ''] = name.replaceAll('_', '-').split('.')
  return known.has(whole) || (whole.startsWith('no-') && known.has(whole.slice(3)))
}

export interface Range {
  readonly least: number
  readonly most: number
  readonly whole: boolean
}

const whole = (least: number, most: number): Range => ({ least, most, whole: true })

/** What vLLM takes for these; suffixes such as 32k and 10G are counted out first. */
export const vllmRanges: Readonly<Record<string, Range>> = {
  'gpu-memory-utilization': { least: 0.01, most: 1, whole: false },
  'max-model-len': whole(1, 100_000_000),
  'max-num-seqs': whole(1, 65_536),
  'max-num-batched-tokens': whole(1, 100_000_000),
  'kv-cache-memory-bytes': whole(1, 10_000_000_000_000),
  'block-size': whole(1, 1024),
  'pipeline-parallel-size': whole(1, 16),
  'data-parallel-size': whole(1, 64),
  'max-logprobs': whole(-1, 1_000_000),
  'stream-interval': whole(1, 100_000),
  'max-loras': whole(1, 4096),
  'max-lora-rank': whole(1, 4096),
  'optimization-level': whole(0, 3),
  'cpu-offload-gb': { least: 0, most: 10_000, whole: false },
  'mm-processor-cache-gb': { least: 0, most: 10_000, whole: false },
}
