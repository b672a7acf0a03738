/** Runs beside the sound of the page: hands on what the microphone gives, first channel, as it comes. */

class Capture extends AudioWorkletProcessor {
  override process(inputs: Float32Array[][]): boolean {
    const samples = inputs[0]?.[0]?.slice()
    if (samples) this.port.postMessage(samples, [samples.buffer])
    return true
  }
}

registerProcessor('capture', Capture)
