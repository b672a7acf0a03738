/** Runs in a page: places a call with the standard APIs of a browser, has a tone for a microphone and an ear for frequencies. */
globalThis.phone = {
  messages: [],

  /** Resolves once media flows. `options`: see page.ts. */
  async place({ url, key, hertz, codec, video, data, channel: wanted = true, query = '' }) {
    const context = new AudioContext()
    const headers = { 'content-type': 'application/json', ...(key ? { authorization: `Bearer ${key}` } : {}) }
    const track = await this.microphone(context, hertz)
    const pc = new RTCPeerConnection()
    const audio = pc.addTransceiver(track, { direction: 'sendrecv' })
    if (codec) {
      const all = RTCRtpReceiver.getCapabilities('audio').codecs
      const named = (name) => all.filter(({ mimeType }) => mimeType.toLowerCase() === `audio/${name}`)
      audio.setCodecPreferences([...named(codec.toLowerCase()), ...named('telephone-event')])
    }
    const camera = video ? (await navigator.mediaDevices.getUserMedia({ video: true })).getVideoTracks()[0] : 'video'
    pc.addTransceiver(camera, { direction: 'sendrecv' })
    const analyser = new AnalyserNode(context, { fftSize: 8192, smoothingTimeConstant: 0 })
    this.listen(pc, context, analyser)
    Object.assign(this, { url, headers, pc, context, analyser, track, audio, query, id: null })
    if (wanted) this.open(pc)
    const offered = performance.now()
    await this.offer({ data })
    await this.until('connected')
    return { id: this.id, connected: performance.now() - offered, answer: pc.remoteDescription.sdp }
  },

  async microphone(context, hertz) {
    if (hertz === undefined) return (await navigator.mediaDevices.getUserMedia({ audio: true })).getAudioTracks()[0]
    this.tone = new OscillatorNode(context, { frequency: hertz || 440 })
    this.loudness = new GainNode(context, { gain: hertz ? 0.5 : 0 })
    const out = context.createMediaStreamDestination()
    this.tone.connect(this.loudness).connect(out)
    this.tone.start()
    return out.stream.getAudioTracks()[0]
  },

  listen(pc, context, analyser) {
    pc.ontrack = ({ track }) => {
      if (track.kind !== 'audio') return
      const stream = new MediaStream([track])
      // Chromium hands sound of a peer to WebAudio only while an element plays it.
      const sound = Object.assign(new Audio(), { srcObject: stream, muted: true })
      void sound.play()
      this.sound = sound
      context.createMediaStreamSource(stream).connect(analyser)
    }
  },

  open(pc) {
    this.channel = pc.createDataChannel('chat', { ordered: true })
    this.channel.addEventListener('message', ({ data }) => this.messages.push(JSON.parse(data)))
    this.pings = setInterval(() => {
      if (this.channel.readyState === 'open') this.channel.send(`ping: ${Date.now()}`)
    }, 1000)
  },

  /** Offers, sends candidates as they come, and takes the answer. */
  async offer({ data, restart = false } = {}) {
    const { pc, url, headers, query } = this
    const waiting = []
    let answered = false
    const tell = ({ candidate, sdpMid, sdpMLineIndex }) =>
      fetch(`${url}/api/offer${query}`, {
        method: 'PATCH',
        headers,
        body: JSON.stringify({
          pc_id: this.id,
          candidates: [{ candidate, sdp_mid: sdpMid, sdp_mline_index: sdpMLineIndex }],
        }),
      })
    pc.onicecandidate = ({ candidate }) => {
      if (!candidate) return
      if (answered) void tell(candidate)
      else waiting.push(candidate)
    }
    await pc.setLocalDescription()
    const body = { sdp: pc.localDescription.sdp, type: 'offer', pc_id: this.id, restart_pc: restart, requestData: data }
    const reply = await fetch(`${url}/api/offer${query}`, { method: 'POST', headers, body: JSON.stringify(body) })
    const answer = await reply.json()
    if (!reply.ok) throw new Error(`${reply.status} ${JSON.stringify(answer)}`)
    this.id = answer.pc_id
    await pc.setRemoteDescription(answer)
    answered = true
    for (const candidate of waiting) void tell(candidate)
  },

  until(state) {
    const { pc } = this
    return new Promise((resolve, reject) => {
      const look = () => {
        if (pc.connectionState === state) resolve()
        if (pc.connectionState === 'failed') reject(new Error('the connection failed'))
      }
      pc.addEventListener('connectionstatechange', look)
      look()
    })
  },

  /** The strongest frequency of what comes from the other side, now. */
  hear() {
    const { analyser, context } = this
    const bins = new Float32Array(analyser.frequencyBinCount)
    analyser.getFloatFrequencyData(bins)
    let best = 1
    for (let at = 2; at < bins.length; at++) if (bins[at] > bins[best]) best = at
    return { hertz: (best * context.sampleRate) / analyser.fftSize, level: Math.max(-200, bins[best]) }
  },

  /** How loud one frequency is in the last 20 ms, dB. */
  loud(hertz) {
    const { analyser, context } = this
    const samples = new Float32Array(analyser.fftSize)
    analyser.getFloatTimeDomainData(samples)
    const last = samples.subarray(-Math.round(context.sampleRate / 50))
    let [re, im] = [0, 0]
    last.forEach((sample, at) => {
      re += sample * Math.cos((2 * Math.PI * hertz * at) / context.sampleRate)
      im += sample * Math.sin((2 * Math.PI * hertz * at) / context.sampleRate)
    })
    return 20 * Math.log10(Math.hypot(re, im) / last.length + 1e-9)
  },

  hangUp() {
    clearInterval(this.pings)
    this.pc.close()
  },
}
