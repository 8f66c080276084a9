# The worker, the pages and the `tenure` command, without the embedded Temporal server: a container's own disk is no place for it.

FROM python:3.11.16-slim-bookworm AS packages
RUN python -m venv /opt/tenure
COPY requirements-runtime.lock /tmp/
RUN /opt/tenure/bin/pip install --no-cache-dir --disable-pip-version-check \
        --no-deps --require-hashes --only-binary :all: --requirement /tmp/requirements-runtime.lock \
    && /opt/tenure/bin/pip check \
    && /opt/tenure/bin/pip uninstall --yes pip setuptools

FROM python:3.11.16-slim-bookworm
LABEL org.opencontainers.image.title="Tenure" \
      org.opencontainers.image.description="The customer lifecycle of a SaaS partner channel, run as durable Temporal workflows."

# A number, not a name: Kubernetes' runAsNonRoot cannot look a name up. Documents is made here because a new volume
# takes its owner from the image.
RUN groupadd --gid 10001 tenure \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin tenure \
    && install --directory --owner 10001 --group 10001 --mode 0700 /var/lib/tenure /var/lib/tenure/documents

COPY --from=packages /opt/tenure /opt/tenure
WORKDIR /opt/tenure/service
COPY domain domain
COPY workflows workflows
COPY activities activities
COPY adapters adapters
COPY starter starter
COPY web web
COPY worker.py ./
RUN python -m compileall -q .

ENV PATH=/opt/tenure/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    TENURE_DOCUMENTS_DIR=/var/lib/tenure/documents \
    TENURE_HEARTBEAT_FILE=/tmp/tenure.heartbeat
USER 10001:10001

# The worker writes the file anew every ten seconds while its pollers run; what it says is in `docker inspect`.
HEALTHCHECK --interval=15s --timeout=5s --start-period=120s --retries=2 \
    CMD test -n "$(find "$TENURE_HEARTBEAT_FILE" -mmin -1)" && cat "$TENURE_HEARTBEAT_FILE"

# The pages are the same image: `python -m web` instead, with a health check of their own (docker-compose.yml).
# No shell in between: the signal reaches Python. No init either: Compose, Docker (--init) and Kubernetes bring one, and
# the worker handles SIGTERM itself from the moment it polls.
STOPSIGNAL SIGTERM
CMD ["python", "-m", "worker"]
