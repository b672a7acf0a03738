import { speakerConformance } from '../../../../test/conformance/tts.ts'
import { localSpeaker } from './index.ts'

speakerConformance('local', { spec: localSpeaker, settings: {} })
