/** Pipecat's own client, as it is published, in a page: bundled by the test. */
import { PipecatClient } from '@pipecat-ai/client-js'
import { SmallWebRTCTransport, WavMediaManager } from '@pipecat-ai/small-webrtc-transport'

const told = []
const note = (name) => (data) => void told.push({ name, data })

// The library's other media manager fetches code from its vendor at run time; this one needs nothing but the browser.
const transport = new SmallWebRTCTransport({ mediaManager: new WavMediaManager() })
const client = new PipecatClient({
  transport,
  enableMic: true,
  callbacks: {
    onConnected: note('connected'),
    onDisconnected: note('disconnected'),
    onTransportStateChanged: note('state'),
    onBotReady: note('bot-ready'),
    onBotStartedSpeaking: note('bot-started'),
    onBotStoppedSpeaking: note('bot-stopped'),
    onUserStartedSpeaking: note('user-started'),
    onUserTranscript: note('user-transcript'),
    onBotOutput: note('bot-output'),
    onBotTtsText: note('bot-tts-text'),
    onBotLlmText: note('bot-llm-text'),
    onBotDisconnected: note('bot-disconnected'),
    onMetrics: note('metrics'),
    onError: note('error'),
    onTrackStarted: (track, participant) => {
      if (participant?.local || track.kind !== 'audio') return
      told.push({ name: 'track' })
      globalThis.ear = listen(track)
    },
  },
})

function listen(track) {
  const context = new AudioContext()
  const stream = new MediaStream([track])
  const sound = Object.assign(new Audio(), { srcObject: stream, muted: true })
  void sound.play()
  const analyser = new AnalyserNode(context, { fftSize: 8192, smoothingTimeConstant: 0 })
  context.createMediaStreamSource(stream).connect(analyser)
  return { sound, analyser, context }
}

globalThis.pipecat = {
  told,
  client,
  start: ({ url, grant, body }) =>
    client.startBotAndConnect({
      endpoint: `${url}/start`,
      headers: new Headers({ Authorization: `Bearer ${grant}` }),
      requestData: { transport: 'webrtc', enableDefaultIceServers: true, body },
    }),
  hear() {
    const { analyser, context } = globalThis.ear
    const bins = new Float32Array(analyser.frequencyBinCount)
    analyser.getFloatFrequencyData(bins)
    const best = bins.indexOf(Math.max(...bins))
    return { hertz: (best * context.sampleRate) / analyser.fftSize, level: Math.max(-200, bins[best]) }
  },
}
