import { Controller, Get, Param, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { packetText, statementPage, type Packet } from '../../../libs/disputes';
import { Allows } from '../access';
import { personIn } from '../http/edge-validation';
import { ApiAnswers, ApiFile, ApiFilters, ApiProblems } from '../openapi/responses';
import { BASIS, BASIS_EXAMPLE, asked, basisOf } from './asking';
import { PacketQuery, StatementQuery } from './packets.query';
import { Printing } from './printing';
import { Sealing } from './sealing';

/** What is handed to a court: the sealed packet, and the statement made from it. */
@ApiTags('disputes')
@ApiParam({ name: 'person', description: 'The id of the person; never an identity number', example: 'P0001' })
@Allows('clerk', 'supervisor', 'auditor', 'integrator')
@Controller('v1/persons/:person')
export class PacketsController {
  constructor(
    private readonly sealing: Sealing,
    private readonly printing: Printing,
  ) {}

  @Get('packet')
  @ApiOperation({
    operationId: 'sealedPacket',
    summary: 'One file with the answer, its facts, packs and proofs, which anybody can check without this server',
    description:
      'Signs a checkpoint of the log. Kept as it is, byte for byte; ledger packet check says what does not hold.',
  })
  @ApiQuery({ name: 'basis', description: BASIS, example: BASIS_EXAMPLE })
  @ApiFilters({ name: 'against', description: 'A second basis; the packet says why the answers differ' })
  @ApiAnswers(200, 'Packet', 'The packet, as a file.')
  @ApiProblems('invalid-input', 'unknown-person', 'not-ready')
  async packet(@Param('person') path: string, @Query() query: PacketQuery, @Res() response: Response): Promise<void> {
    const packet = await this.sealed(path, query);
    response.setHeader('Content-Disposition', `attachment; filename="${fileName(packet)}.packet.json"`);
    response.type('application/json').send(packetText(packet));
  }

  @Get('statement')
  @ApiOperation({
    operationId: 'statement',
    summary: '待遇核定说明: the answer for print, each sentence with its clause and events, made from a sealed packet',
  })
  @ApiQuery({ name: 'basis', description: BASIS, example: BASIS_EXAMPLE })
  @ApiFilters(
    { name: 'against', description: 'A second basis; the statement says why the answers differ' },
    { name: 'format', enum: ['html', 'pdf'], description: 'Left out: html. A PDF needs a Chromium on the server' },
    { name: 'lang', enum: ['zh', 'en'], description: 'Left out: zh' },
  )
  @ApiFile('The page.', 'text/html', 'application/pdf')
  @ApiProblems('invalid-input', 'unknown-person', 'not-printed', 'not-ready')
  async statement(
    @Param('person') path: string,
    @Query() query: StatementQuery,
    @Res() response: Response,
  ): Promise<void> {
    const { format = 'html', lang = 'zh' } = query;
    const packet = await this.sealed(path, query);
    await this.printing.send(response, statementPage(packet, lang), format, fileName(packet));
  }

  private sealed(path: string, { basis, against }: PacketQuery): Promise<Packet> {
    const person = personIn(path);
    const wanted = basisOf('basis', basis);
    const other = against === undefined ? undefined : basisOf('against', against);
    return asked(person, 'basis or against', () => this.sealing.packet(person, wanted, other));
  }
}

function fileName({ content: { question, answer } }: Packet): string {
  return `${question.person.replace(/[^A-Za-z0-9._-]/g, '_')}-${answer.validOn}`;
}
