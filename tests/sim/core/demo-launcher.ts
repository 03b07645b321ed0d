// What lies in the launcher's checkout of the demo: a recipe that changes the container first, and one that nobody but a shell can read.

const qwen = 'RedHatAI/Qwen3.6-35B-A3B-NVFP4'

export const demoRecipes: Readonly<Record<string, string>> = {
  'qwen3.6-35b-a3b-nvfp4.yaml': `recipe_version: "1"
name: Qwen3.6 35B with its chat template mended
description: Long conversations with many tool calls
model: ${qwen}
container: vllm-node
mods:
  - mods/mend-chat-template
defaults:
  port: 8000
  host: 0.0.0.0
  tensor_parallel: 1
  gpu_memory_utilization: 0.8
  max_model_len: 131072
env:
  VLLM_MARLIN_USE_ATOMIC_ADD: 1
command: |
  vllm serve ${qwen} \\
    --host {host} --port {port} -tp {tensor_parallel} \\
    --gpu-memory-utilization {gpu_memory_utilization} --max-model-len {max_model_len} \\
    --enable-auto-tool-choice --tool-call-parser qwen3_coder --reasoning-parser qwen3 \\
    --moe-backend marlin --chat-template /workspace/mended.jinja
`,
  'gpt-oss-20b-logged.yaml': `recipe_version: "1"
name: gpt-oss 20B with a log of its own
model: openai/gpt-oss-20b
container: vllm-node
command: vllm serve openai/gpt-oss-20b --port 8000 2>&1 | tee /workspace/serve.log
`,
}

export const demoMods: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'mend-chat-template': {
    'run.sh': `#!/bin/bash
# Puts a chat template in place that closes <think> before a tool call.
set -euo pipefail
here=$(dirname "$0")
cp "$here/mended.jinja" /workspace/mended.jinja
echo "chat template is in place"
`,
    'mended.jinja':
      "{%- for message in messages %}{{ '<|im_start|>' + message.role }}\n{{ message.content }}<|im_end|>\n{%- endfor %}\n{%- if tools %}<tool_call><function=name></function></tool_call>{%- endif %}\n",
  },
}
