/** Writes small networks as ONNX files, by hand: protocol-buffer fields of `ModelProto`, nothing more. */

type Field = Uint8Array

/** Answers every input with the sigmoid of its mean, or with the mean as it is. */
export function meanModel(shape: readonly number[], { sigmoid = true, floats = true } = {}): Uint8Array {
  const axes = attribute(
    'axes',
    shape.slice(1).map((_, index) => index + 1),
  )
  const mean = node('ReduceMean', 'input_features', sigmoid ? 'mean' : 'logits', [axes, attribute('keepdims', 0)])
  const nodes = sigmoid ? [mean, node('Sigmoid', 'mean', 'logits', [])] : [mean]
  const graph = join(
    ...nodes.map((each) => message(1, each)),
    text(2, 'mean'),
    message(11, valueInfo('input_features', shape, floats ? 1 : 11)),
    message(12, valueInfo('logits', [1], floats ? 1 : 11)),
  )
  const opset = number(2, 13)
  return join(number(1, 8), message(8, opset), message(7, graph))
}

function node(operator: string, input: string, output: string, attributes: readonly Field[]): Field {
  return join(text(1, input), text(2, output), text(4, operator), ...attributes.map((each) => message(5, each)))
}

/** Kinds: 2 an integer, 7 several. */
function attribute(name: string, value: number | readonly number[]): Field {
  if (typeof value === 'number') return join(text(1, name), number(3, value), number(20, 2))
  return join(text(1, name), ...value.map((each) => number(8, each)), number(20, 7))
}

/** Element types: 1 a 32-bit float, 11 a 64-bit one. */
function valueInfo(name: string, shape: readonly number[], type: 1 | 11): Field {
  const dimensions = join(...shape.map((size) => message(1, number(1, size))))
  const tensor = join(number(1, type), message(2, dimensions))
  return join(text(1, name), message(2, message(1, tensor)))
}

function number(field: number, value: number): Field {
  return join(varint(field * 8), varint(value))
}

function text(field: number, value: string): Field {
  return message(field, new TextEncoder().encode(value))
}

function message(field: number, bytes: Field): Field {
  return join(varint(field * 8 + 2), varint(bytes.length), bytes)
}

/** Seven bits a byte, the lowest first; the eighth says that more follow. */
function varint(value: number): Field {
  const bytes: number[] = []
  let rest = value
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128)
  return Uint8Array.of(...bytes, rest)
}

function join(...parts: readonly Field[]): Field {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
