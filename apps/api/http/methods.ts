import { Injectable } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { routesIn, type Route } from '../access/routes';

/** Which methods an address takes, found from the routes there are. */
@Injectable()
export class Methods {
  private routes: readonly Route[] | undefined;

  constructor(private readonly modules: ModulesContainer) {}

  /** The methods of the routes whose path an address fits; none where there is nothing. */
  at(address: string): string[] {
    this.routes ??= routesIn(this.modules);
    const given = segmentsOf(address.split('?', 1)[0]!);
    const methods = this.routes.filter(({ path }) => fits(segmentsOf(path), given)).map(({ method }) => method);
    return [...new Set(methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])))].sort();
  }
}

function fits(path: readonly string[], given: readonly string[]): boolean {
  return (
    path.length === given.length &&
    path.every((part, index) => part.startsWith(':') || part.toLowerCase() === given[index]!.toLowerCase())
  );
}

function segmentsOf(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '');
}
