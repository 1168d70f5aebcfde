"""Client certificates that stations ask for: signed by the operator's own authority, handed over, revoked.

Spec: OCPP security whitepaper and OCPP 2.0.1, A02 and A03 (SignCertificate, CertificateSigned).
"""
