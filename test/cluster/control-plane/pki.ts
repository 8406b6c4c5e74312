import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type JsonName,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  Pkcs10CertificateRequestGenerator,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SIGNING = { name: 'ECDSA', hash: 'SHA-256' } as const;
/** Clocks of containers and virtual machines may lag behind. */
const BACKDATED_MS = 3_600_000;
const VALID_MS = 365 * 24 * 3_600_000;

/** A certificate and its private key, as PEM texts. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

/** Who a certificate is for, in the words of Kubernetes: the user's name and groups. */
export interface Subject {
  readonly commonName: string;
  readonly organizations?: readonly string[];
  /** DNS names and IP addresses that a server with this certificate goes by. */
  readonly dnsNames?: readonly string[];
  readonly addresses?: readonly string[];
}

/** An own certificate authority. */
export interface Authority extends KeyPair {
  /** Issues a certificate that servers and clients take, valid for a year. */
  issue(subject: Subject): Promise<KeyPair>;
}

async function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

async function privateKeyPem(keys: webcrypto.CryptoKeyPair): Promise<string> {
  return PemConverter.encode(
    await webcrypto.subtle.exportKey('pkcs8', keys.privateKey),
    PemConverter.PrivateKeyTag,
  );
}

function validity() {
  return {
    serialNumber: `01${randomBytes(15).toString('hex')}`,
    notBefore: new Date(Date.now() - BACKDATED_MS),
    notAfter: new Date(Date.now() + VALID_MS),
    signingAlgorithm: SIGNING,
  };
}

function distinguishedName({ commonName, organizations = [] }: Subject): JsonName {
  return [...organizations.map((name) => ({ O: [name] })), { CN: [commonName] }];
}

/** Makes a certificate authority with a fresh key. */
export async function createAuthority(commonName: string): Promise<Authority> {
  const keys = await newKeys();
  const own = await X509CertificateGenerator.createSelfSigned({
    ...validity(),
    name: distinguishedName({ commonName }),
    keys,
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  });

  async function issue(subject: Subject): Promise<KeyPair> {
    const subjectKeys = await newKeys();
    const names = [
      ...(subject.dnsNames ?? []).map((value) => ({ type: 'dns' as const, value })),
      ...(subject.addresses ?? []).map((value) => ({ type: 'ip' as const, value })),
    ];
    const certificate = await X509CertificateGenerator.create({
      ...validity(),
      subject: distinguishedName(subject),
      issuer: own.subject,
      publicKey: subjectKeys.publicKey,
      signingKey: keys.privateKey,
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
        ...(names.length > 0 ? [new SubjectAlternativeNameExtension(names)] : []),
      ],
    });
    return { certificate: certificate.toString('pem'), key: await privateKeyPem(subjectKeys) };
  }

  return { certificate: own.toString('pem'), key: await privateKeyPem(keys), issue };
}

/** A request for a certificate, as PEM text, with the private key that stays here. */
export async function createSigningRequest(
  subject: Subject,
): Promise<{ readonly request: string; readonly key: string }> {
  const keys = await newKeys();
  const request = await Pkcs10CertificateRequestGenerator.create({
    name: distinguishedName(subject),
    keys,
    signingAlgorithm: SIGNING,
  });
  return { request: request.toString('pem'), key: await privateKeyPem(keys) };
}
