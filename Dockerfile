# Chispa on Debian with Node.js 24, for amd64 and arm64:  docker build -t chispa .
# Everything it keeps is in the volume /data. Configuration: environment variables, see .env.example.

FROM node:24-bookworm-slim AS build
WORKDIR /app
ENV ONNXRUNTIME_NODE_INSTALL=skip
COPY . .
RUN npm ci --no-audit --no-fund
RUN npm run build
RUN npm prune --omit=dev --no-audit --no-fund
# Only this platform's binaries, and the 8-bit weights of the bundled model, which nobody can write later.
RUN node dist/src/cli/main.js prune
RUN node dist/src/cli/main.js joke --source new --seed 1
RUN mkdir data

FROM node:24-bookworm-slim
ENV NODE_ENV=production DATA_DIR=/data MODELS_DIR=/data/models METRICS_PORT=9464
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/packages/discord-in-a-box/package.json packages/discord-in-a-box/package.json
COPY --from=build /app/packages/discord-in-a-box/dist packages/discord-in-a-box/dist
COPY --from=build /app/migrations migrations
COPY --from=build /app/models/mini-es models/mini-es
COPY --from=build /app/corpus/jokes corpus/jokes
COPY --from=build /app/dist dist
COPY --from=build --chown=node:node /app/data /data
USER node
VOLUME /data
HEALTHCHECK --interval=30s --timeout=5s --start-period=2m --retries=3 CMD ["node", "-e", "fetch('http://127.0.0.1:9464/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/dist/src/cli/main.js"]
CMD ["start"]
