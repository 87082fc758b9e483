export { canonicalJson, eventText } from './canonical';
export { algorithmOf, readCheckpoint, verifiedCheckpoint, type Checkpoint } from './checkpoint';
export { EvidenceFile, type KeptCheckpoint } from './evidence-file';
export { extendedBy, extensionOf } from './extension';
export {
  base64Of,
  digestOf,
  hashFromBase64,
  hexOf,
  treeHasher,
  type Hash,
  type HashAlgorithm,
  type TreeHasher,
} from './hashing';
export { signerOf, textOfNote, verifierOf, type Signer, type Verifier } from './note';
export { eventsOutOfOrder } from './out-of-order';
export { Sealer, SealingRefused, evidenceIn, makeKey, signerName, type EvidencePlace } from './sealer';
export { newSigningKey, type SignatureScheme } from './signature-schemes';
export { inclusionProof, isIncluded } from './tree';
export { verifyLog, type Finding, type LogVerdict } from './verify-log';
export { addToWitness, readWitness } from './witness';
