/** Runs in a page beside the phone: how long a sound takes from the microphone to the ear, by either way. */
globalThis.measure = {
  /** Two peers in this page: what a browser takes by itself. */
  async loop() {
    const context = new AudioContext()
    const tone = new OscillatorNode(context, { frequency: 1000 })
    const loudness = new GainNode(context, { gain: 0 })
    const out = context.createMediaStreamDestination()
    tone.connect(loudness).connect(out)
    tone.start()
    const [here, there] = [new RTCPeerConnection(), new RTCPeerConnection()]
    const analyser = new AnalyserNode(context, { fftSize: 1024 })
    phone.listen(there, context, analyser)
    here.addEventListener('icecandidate', ({ candidate }) => void there.addIceCandidate(candidate))
    there.addEventListener('icecandidate', ({ candidate }) => void here.addIceCandidate(candidate))
    here.addTrack(out.stream.getAudioTracks()[0], out.stream)
    await here.setLocalDescription()
    await there.setRemoteDescription(here.localDescription)
    await there.setLocalDescription()
    await here.setRemoteDescription(there.localDescription)
    const result = await this.onsets({ loudness, analyser }, 25)
    here.close()
    there.close()
    return result
  },

  /** Through the gateway and its echo. */
  call() {
    const { context, loudness, sound } = phone
    const analyser = new AnalyserNode(context, { fftSize: 1024 })
    context.createMediaStreamSource(sound.srcObject).connect(analyser)
    return this.onsets({ loudness, analyser }, 25)
  },

  /** ms from raising the voice until it is heard; sound is never quite off, so that nothing falls asleep. */
  async onsets({ loudness, analyser }, count) {
    const samples = new Float32Array(analyser.fftSize)
    const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
    const level = () => {
      analyser.getFloatTimeDomainData(samples)
      return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length)
    }
    const until = async (check) => {
      const limit = performance.now() + 3000
      while (!check() && performance.now() < limit) await wait(1)
    }
    loudness.gain.value = 0.01
    await wait(2000)
    const found = []
    for (let at = 0; at < count; at++) {
      await until(() => level() < 0.03)
      await wait(200 + Math.random() * 100)
      const began = performance.now()
      loudness.gain.value = 0.6
      await until(() => level() > 0.1)
      found.push(performance.now() - began)
      loudness.gain.value = 0.01
    }
    return found
  },
}
