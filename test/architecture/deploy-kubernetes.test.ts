import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { consoleEnv } from '@watchpost/console/config';
import { feedEnv } from '@watchpost/feed/config';
import { ingestEnv } from '@watchpost/ingest/config';
import { workerEnv } from '@watchpost/worker/config';
import { Ajv } from 'ajv';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { runTool } from '../support/deploy-tools.ts';
import { describeWith } from '../support/describe-with.ts';
import { fromRoot } from '../support/root.ts';

const manifestSchema = z.looseObject({
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), labels: z.record(z.string(), z.string()).default({}) }),
});
type Manifest = z.infer<typeof manifestSchema>;

const probe = z.looseObject({ httpGet: z.object({ path: z.string(), port: z.string() }) });
const container = z.looseObject({
  name: z.string(),
  image: z.string(),
  ports: z.array(z.looseObject({ name: z.string(), containerPort: z.number() })),
  env: z.array(z.looseObject({ name: z.string(), value: z.string().optional() })),
  envFrom: z.array(z.looseObject({ secretRef: z.looseObject({ name: z.string() }).optional() })),
  securityContext: z.unknown(),
  startupProbe: probe,
  livenessProbe: probe,
  readinessProbe: probe,
  resources: z.looseObject({
    requests: z.looseObject({ cpu: z.string(), memory: z.string() }),
    limits: z.looseObject({ memory: z.string() }),
  }),
});
const deploymentSchema = z.looseObject({
  spec: z.looseObject({
    replicas: z.number().optional(),
    template: z.looseObject({
      spec: z.looseObject({
        automountServiceAccountToken: z.boolean(),
        terminationGracePeriodSeconds: z.number(),
        securityContext: z.unknown(),
        containers: z.tuple([container]),
      }),
    }),
  }),
});

const podTemplate = z.looseObject({
  metadata: z.looseObject({ labels: z.record(z.string(), z.string()) }),
  spec: z.looseObject({ containers: z.array(z.looseObject({ image: z.string() })) }),
});

const envs = { ingest: ingestEnv, worker: workerEnv, feed: feedEnv, console: consoleEnv };
const portOf = {
  ingest: ['PORT', 5_000],
  worker: ['WORKER_PORT', 5_001],
  feed: ['FEED_PORT', 5_002],
  console: ['CONSOLE_PORT', 5_003],
} as const;

const build = (folder: string): string => runTool('kustomize', ['build', fromRoot(folder)]);
const parse = (text: string): Manifest[] => parseAllDocuments(text).map((document) => manifestSchema.parse(document.toJS()));
const validator = (name: string) =>
  new Ajv({ allErrors: true, strictTypes: false }).compile(
    z.record(z.string(), z.unknown()).parse(JSON.parse(readFileSync(fromRoot(`test/fixtures/keda/${name}.json`), 'utf8'))),
  );

describeWith(['kustomize', 'kubernetes-validate'], 'deploy/kubernetes', () => {
  let text: string;
  let manifests: Manifest[];
  beforeAll(() => {
    text = build('deploy/kubernetes/example');
    manifests = parse(text);
  });
  const deployment = (name: string) => {
    const found = manifests.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === name);
    return deploymentSchema.parse(found).spec;
  };

  it("is what Kubernetes' schemas allow, to the letter", () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'kubernetes-'));
    const file = path.join(folder, 'all.yaml');
    const check = (content: string): string => {
      writeFileSync(file, content);
      return runTool('kubernetes-validate', ['--strict', '-k', '1.34', file]);
    };
    try {
      check(text);
      expect(() => check(text.replace('readinessProbe:', 'readynessProbe:'))).toThrow('readynessProbe');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it.each([
    ['scale-redis', ''],
    ['scale-postgres', ''],
  ])('%s is what KEDA takes', (component) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'kustomize-'));
    try {
      const relative = (to: string): string => path.relative(folder, fromRoot(`deploy/kubernetes/${to}`));
      const wanted = { resources: [relative('base')], components: [relative(`components/${component}`)] };
      writeFileSync(path.join(folder, 'kustomization.yaml'), JSON.stringify(wanted));
      const built = parse(runTool('kustomize', ['build', '--load-restrictor', 'LoadRestrictionsNone', folder]));
      const [scaled] = built.filter(({ kind }) => kind === 'ScaledObject');
      const [authentication] = built.filter(({ kind }) => kind === 'TriggerAuthentication');
      const objects = validator('scaledobjects');
      const authentications = validator('triggerauthentications');
      objects(scaled);
      expect(objects.errors).toBeNull();
      authentications(authentication);
      expect(authentications.errors).toBeNull();
      expect(objects({ ...scaled, spec: { scaleTargetRef: { name: 'worker' }, maxReplicaCont: 3, triggers: [] } })).toBe(false);
      // KEDA says how many workers there are; a number in the deployment would set it back at each update.
      const worker = built.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'worker');
      expect(deploymentSchema.parse(worker).spec.replicas).toBeUndefined();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it.each(['scale-redis', 'scale-postgres'])('%s finds what it names also where all names have a prefix', (component) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'kustomize-'));
    try {
      const relative = (to: string): string => path.relative(folder, fromRoot(`deploy/kubernetes/${to}`));
      const from = { resources: [relative('base')], components: [relative(`components/${component}`)] };
      const wanted = { namePrefix: 'eu-', namespace: 'watchpost', ...from };
      writeFileSync(path.join(folder, 'kustomization.yaml'), JSON.stringify(wanted));
      const built = parse(runTool('kustomize', ['build', '--load-restrictor', 'LoadRestrictionsNone', folder]));
      const scaled = z
        .looseObject({
          spec: z.looseObject({
            scaleTargetRef: z.object({ name: z.string() }),
            triggers: z.array(z.looseObject({ authenticationRef: z.object({ name: z.string() }) })),
          }),
        })
        .parse(built.find(({ kind }) => kind === 'ScaledObject')).spec;
      const named = (of: string): string[] => built.filter(({ kind }) => kind === of).map(({ metadata }) => metadata.name);
      expect(named('Deployment')).toContain(scaled.scaleTargetRef.name);
      for (const { authenticationRef } of scaled.triggers) expect(named('TriggerAuthentication')).toContain(authenticationRef.name);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('finds the secrets that KEDA reads by the names that kustomize gives them', () => {
    const secrets = manifests.filter(({ kind }) => kind === 'Secret').map(({ metadata }) => metadata.name);
    const [authentication] = manifests.filter(({ kind }) => kind === 'TriggerAuthentication');
    const read = z
      .looseObject({ spec: z.object({ secretTargetRef: z.array(z.looseObject({ name: z.string() })) }) })
      .parse(authentication)
      .spec.secretTargetRef.map(({ name }) => name);
    expect(read.length).toBeGreaterThan(0);
    for (const name of read) expect(secrets).toContain(name);
  });

  describe.each(Object.keys(envs) as (keyof typeof envs)[])('%s', (name) => {
    it('runs as nobody who could do harm', () => {
      const { spec } = deployment(name).template;
      expect(spec.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } });
      expect(spec.automountServiceAccountToken).toBe(false);
      expect(spec.containers[0].securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
    });

    it('listens where it is asked, is an image that is built, and has time to stop', () => {
      const { spec } = deployment(name).template;
      const [{ env, ports, image, ...probes }] = spec.containers;
      const [variable, port] = portOf[name];
      expect(env.find((each) => each.name === variable)?.value).toBe(String(port));
      expect(ports).toEqual([{ name: 'http', containerPort: port }]);
      expect(readFileSync(fromRoot('deploy/Dockerfile'), 'utf8')).toMatch(new RegExp(`^FROM \\S+ AS ${name}$`, 'm'));
      expect(image).toBe(`registry.example.org/watchpost-${name}:1`);
      const paths = [probes.startupProbe, probes.livenessProbe, probes.readinessProbe].map(({ httpGet }) => httpGet);
      expect(paths).toEqual(['/health/live', '/health/live', '/health/ready'].map((each) => ({ path: each, port: 'http' })));
      expect(spec.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(5 + 20 + 10);
    });

    it('is given variables that it reads', () => {
      const [{ env }] = deployment(name).template.spec.containers;
      expect(env.map((each) => each.name).filter((each) => !Object.hasOwn(envs[name], each))).toEqual([]);
    });

    it('has a policy of its own for the network', () => {
      const of = manifests.filter(({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.name === name);
      expect(of).toHaveLength(1);
      expect(of[0]).toMatchObject({
        spec: { podSelector: { matchLabels: { 'app.kubernetes.io/name': name } }, policyTypes: ['Ingress', 'Egress'] },
      });
    });
  });

  it('gives the process that readers talk to no secret but the database', () => {
    const [{ envFrom, env }] = deployment('feed').template.spec.containers;
    expect(envFrom.filter(({ secretRef }) => secretRef)).toEqual([]);
    const keys = env.flatMap((each) => ('valueFrom' in each ? [each.name] : []));
    expect(keys).toEqual(['MONGO_CONNECTION_STRING', 'POSTGRES_URL']);
  });

  it("mounts what the example's destinations read their secrets from, in the process that brings pictures there", () => {
    const feeds = readFileSync(fromRoot('deploy/kubernetes/example/feeds.yaml'), 'utf8');
    const files = Array.from(feeds.matchAll(/File: \/run\/destinations\/(\S+)/g), ([, name]) => name);
    expect(files.length).toBeGreaterThan(0);
    const { spec } = deployment('worker').template;
    const mounts = z.array(z.looseObject({ name: z.string(), mountPath: z.string() })).parse(spec.containers[0]['volumeMounts']);
    const volumes = z
      .array(z.looseObject({ name: z.string(), secret: z.object({ secretName: z.string() }).loose().optional() }))
      .parse(spec['volumes']);
    const mount = mounts.find(({ mountPath }) => mountPath === '/run/destinations');
    const name = volumes.find((each) => each.name === mount?.name)?.secret?.secretName;
    const secret = manifests.find((each) => each.kind === 'Secret' && each.metadata.name === name);
    expect(new Set(Object.keys(z.record(z.string(), z.string()).parse(secret?.['data'])))).toEqual(new Set(files));
  });

  it('has for what the cluster has inside rules that are right once they are no comments', () => {
    const [base, console] = ['base/network-policies.yaml', 'components/console/network-policy.yaml'].map((file) =>
      readFileSync(fromRoot(`deploy/kubernetes/${file}`), 'utf8').replaceAll(/^( +)# (- |  )(to|ports): /gm, '$1$2$3: '),
    );
    const folder = mkdtempSync(path.join(tmpdir(), 'policies-'));
    try {
      writeFileSync(path.join(folder, 'all.yaml'), `${base}---\n${console}`);
      runTool('kubernetes-validate', ['--strict', '-k', '1.34', path.join(folder, 'all.yaml')]);
    } finally {
      rmSync(folder, { recursive: true });
    }
    const ports = Array.from(`${base}${console}`.matchAll(/^ +ports: .*port: (4318|22|5556)\b/gm), ([, port]) => port);
    expect(ports).toEqual(['4318', '4318', '22', '4318', '5556']);
  });

  it.each(['cli', 'backup'])('%s runs as nobody who could do harm, in the image that has the commands, and reaches the stores', (name) => {
    const owner = manifests.find(({ kind, metadata }) => ['Deployment', 'CronJob'].includes(kind) && metadata.name === name);
    const template = z.looseObject({ spec: z.looseObject({ template: podTemplate }) });
    const spec = z.union([
      template,
      z.looseObject({ spec: z.looseObject({ jobTemplate: template }) }).transform(({ spec }) => spec.jobTemplate),
    ]);
    const { metadata, spec: pod } = spec.parse(owner).spec.template;
    expect(metadata.labels).toMatchObject({ 'app.kubernetes.io/name': name });
    expect(pod).toMatchObject({ automountServiceAccountToken: false, securityContext: { runAsNonRoot: true, runAsUser: 1000 } });
    expect(pod.containers[0]).toMatchObject({
      image: 'registry.example.org/watchpost-cli:1',
      securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
    });
    const policy = manifests.find(({ kind, metadata: { name: of } }) => kind === 'NetworkPolicy' && of === name);
    expect(policy).toMatchObject({ spec: { podSelector: { matchLabels: { 'app.kubernetes.io/name': name } } } });
    expect(JSON.stringify(policy)).toContain('"port":27017');
    expect(JSON.stringify(policy)).not.toContain('"ingress"');
  });

  it('makes a backup that does not exist yet, into a volume that there is, with no secret but the database', () => {
    const backup = JSON.stringify(manifests.find(({ kind, metadata }) => kind === 'CronJob' && metadata.name === 'backup'));
    expect(backup).toContain('node dist/main.js export \\"/backup/gallery-`date +%Y-%m-%dT%H%M%S`.gz\\" && find /backup ');
    expect(Array.from(backup.matchAll(/"key":"(\w+)"/g), ([, key]) => key)).toEqual(['MONGO_CONNECTION_STRING', 'POSTGRES_URL']);
    const claim = manifests.find(({ kind }) => kind === 'PersistentVolumeClaim')?.metadata.name;
    expect(backup).toContain(`"claimName":"${claim ?? ''}"`);
  });

  it('lets nothing in or out but what is listed', () => {
    const all = manifests.find(({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.name === 'nothing-else');
    expect(all).toMatchObject({ spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] } });
    expect(all?.['spec']).not.toHaveProperty('egress');
  });

  it('keeps one of each that people wait for while nodes are emptied', () => {
    const budgets = manifests.filter(({ kind }) => kind === 'PodDisruptionBudget').map(({ metadata }) => metadata.name);
    expect(budgets.sort()).toEqual(['feed', 'ingest', 'worker']);
    expect(manifests.find(({ kind }) => kind === 'Namespace')?.metadata.labels).toMatchObject({
      'pod-security.kubernetes.io/enforce': 'restricted',
    });
  });
});
