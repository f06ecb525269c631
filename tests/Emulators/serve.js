// Runs the emulators on loopback until standard input ends, that is until whoever started it is gone, however that went.
// The first line of standard output is where they listen: {"aws": "http://127.0.0.1:1234", "kinesis": "http://127.0.0.1:1235"}
import { once } from 'node:events';
import { buildApp } from 'fauxqs';
import kinesalite from 'kinesalite';
// Not among what the package exports.
import { SqsStore } from './node_modules/fauxqs/dist/sqs/sqsStore.js';

const loopback = '127.0.0.1';
const largestBody = 1024 ** 3;

// SQS, SNS and S3. Its own start listens on all interfaces and refuses bodies above 11 MiB.
// A queue's URL has the host that was asked, not sqs.us-east-1.localhost, which not every system resolves.
const sqsStore = new SqsStore();
sqsStore.host = '';
const aws = buildApp({ logger: false, stores: { sqsStore } });
aws.removeContentTypeParser('*');
aws.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: largestBody }, (_request, body, done) => done(null, body));

// STS: the emulator knows no roles. Here each can be assumed but those named "denied"; its keys end with what tells the roles apart.
aws.addHook('preHandler', async (request, reply) => {
  if (request.body?.Action !== 'AssumeRole') return;
  const role = request.body.RoleArn;
  const name = role.slice(role.lastIndexOf('/') + 1);
  reply.type('text/xml');
  if (name === 'denied') {
    return reply.code(403).send('<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>AccessDenied</Code>' +
      `<Message>User is not authorized to perform: sts:AssumeRole on resource: ${role}</Message></Error><RequestId>1</RequestId></ErrorResponse>`);
  }
  const end = new Date(Date.now() + 3600e3).toISOString();
  return reply.send('<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>' +
    `<AccessKeyId>ASIA-${name}</AccessKeyId><SecretAccessKey>secret-${name}</SecretAccessKey><SessionToken>session-${name}</SessionToken>` +
    `<Expiration>${end}</Expiration></Credentials></AssumeRoleResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></AssumeRoleResponse>`);
});
const awsUrl = await aws.listen({ host: loopback, port: 0 });

const kinesis = kinesalite({ createStreamMs: 0, deleteStreamMs: 0, updateStreamMs: 0, shardLimit: 1000 });
kinesis.listen(0, loopback);
await once(kinesis, 'listening');

console.log(JSON.stringify({ aws: awsUrl, kinesis: `http://${loopback}:${kinesis.address().port}` }));
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
